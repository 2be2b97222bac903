// PayTrace's card form in our page: the frame keeps the card, we get a pair that is good once.
const form = document.getElementById("pay-form");
const told = document.getElementById("pay-told");
const button = form.querySelector("button");
const CLOSED = "PayTrace’s card form could not be opened. Reload the page; nothing was charged.";
const NOT_TAKEN = "PayTrace did not take what you entered. Reload the page and enter the card again; nothing was charged.";
// PayTrace's codes of what its form finds wrong.
const WRONG = {
  35: "The card number is not valid.",
  43: "The expiry date is not valid: enter it as 05/29.",
  148: "The security code is not valid.",
};

const say = (...sentences) => {
  const notices = sentences.map((sentence) => {
    const notice = document.createElement("div");
    notice.className = "notice attention";
    notice.textContent = sentence;
    return notice;
  });
  told.replaceChildren(...notices);
  if (sentences.length) told.focus();
};

const pay = async () => {
  const wrong = await new Promise((resolve) => window.PTPayment.validate(resolve));
  if (wrong.length) return say(...wrong.map((each) => WRONG[each.responseCode] ?? each.description));
  const { message } = await window.PTPayment.process();
  form.elements.hpf_token.value = message.hpf_token;
  form.elements.enc_key.value = message.enc_key;
  form.submit();
  return true;
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  say();
  const sent = await pay().catch(() => say(NOT_TAKEN));
  button.disabled = Boolean(sent);
});
// Back from the receipt: the form of then is used up.
addEventListener("pageshow", (event) => event.persisted && location.reload());

const open = async () =>
  window.PTPayment.setup({ styles: {}, authorization: { clientKey: form.dataset.clientKey } });

form.hidden = false;
open().catch(() => {
  form.hidden = true;
  say(CLOSED);
});
