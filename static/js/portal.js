// What every page needs and works without: keys, focus on errors, live regions, copying.
import "./keys.js";
import "./focus.js";
import "./live.js";
import "./copy.js";
import "./menus.js";
import "./reload.js";
import "./fill.js";
