// Stands in for PayTrace's protect.min.js: same names, promises and callbacks.
// Seen in code (PayTrace's own sample, Invoice Ninja): setup, validate, process, style, theme,
// getControl(...).label.text, the element pt_hpf_form, and message.hpf_token and enc_key.
// Inferred: what a refusal of setup or process looks like, and how page and frame talk.
(() => {
  const home = new URL(document.currentScript.src).origin;
  let frame;

  const ask = (call, args = {}) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => (data.ok ? resolve(data.answer) : reject(data.answer));
      frame.contentWindow.postMessage({ call, args }, home, [port2]);
    });

  const validate = (tell) => ask("validate").then(tell);
  const style = (styles) => ask("style", { styles });
  const theme = () => Promise.resolve();
  const getControl = (control) => ({ label: { text: (text) => ask("label", { control, text }) } });
  const process = () => ask("process");
  const instance = { process, validate, style, theme, getControl };

  const setup = ({ styles = {}, authorization }) =>
    new Promise((resolve, reject) => {
      frame = document.createElement("iframe");
      frame.id = "hpf_casper";
      frame.title = "Card details";
      frame.addEventListener("load", () =>
        ask("setup", { styles, clientKey: authorization.clientKey }).then(
          () => resolve(instance),
          reject,
        ),
      );
      frame.src = `${home}/hosted/fields`;
      document.getElementById("pt_hpf_form").replaceChildren(frame);
    });

  window.PTPayment = { setup, ...instance };
})();
