// The frame's own page. A card number stays in this browser: only first six, last four, expiry and
// what the card shall do leave it, where PayTrace's frame would encrypt the number.
const input = Object.fromEntries(["cc", "exp", "code"].map((id) => [id, document.getElementById(id)]));
const labels = { creditCard: "cc", expiration: "exp", securityCode: "code" };
// Numbers and codes that misbehave are ours: PayTrace's list of them was not readable.
const DECLINED = "4000000000000002";
const WRONG_CODE = "000";
let clientKey = "";

const digits = () => input.cc.value.replaceAll(/[\s-]/g, "");

const isCard = (number) =>
  /^\d{13,19}$/.test(number) &&
  [...number].reverse().reduce((sum, digit, place) => {
    const value = place % 2 ? digit * 2 : +digit;
    return sum + (value > 9 ? value - 9 : value);
  }, 0) % 10 === 0;

const expiry = () => /^(0[1-9]|1[0-2])\/(\d\d)$/.exec(input.exp.value.trim())?.slice(1).map(Number);

const isAhead = ([month, year]) => new Date(2000 + year, month) > new Date();

function* problems() {
  if (!isCard(digits())) yield { responseCode: "35", description: "The card number is not valid." };
  const when = expiry();
  if (!when || !isAhead(when)) yield { responseCode: "43", description: "The expiry date is not valid." };
  if (!/^\d{3,4}$/.test(input.code.value)) yield { responseCode: "148", description: "The security code is not valid." };
}

const style = ({ styles }) => {
  for (const [id, wanted] of Object.entries(styles)) {
    if (!input[id]) continue;
    input[id].style.color = wanted.font_color ?? "";
    input[id].style.borderColor = wanted.border_color ?? "";
    input[id].style.backgroundColor = wanted.background_color ?? "";
    input[id].style.fontSize = wanted.font_size ?? "";
    input[id].labels[0].style.color = wanted.label_color ?? "";
  }
};

const process = async () => {
  const [month, year] = expiry() ?? [0, 0];
  const number = digits();
  const said = await fetch("/hosted/pair", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      client_key: clientKey, first_six: number.slice(0, 6), last_four: number.slice(-4),
      expiration_month: month, expiration_year: year,
      is_declined: number === DECLINED, is_code_wrong: input.code.value === WRONG_CODE,
    }),
  });
  const answer = await said.json();
  if (!said.ok) throw answer;
  return answer;
};

const calls = {
  setup: (args) => { clientKey = args.clientKey; style(args); },
  label: ({ control, text }) => { input[labels[control]].labels[0].textContent = text; },
  validate: () => [...problems()],
  style, process,
};

addEventListener("message", async ({ source, data, ports: [port] }) => {
  if (source !== parent || !port || !calls[data.call]) return;
  try {
    port.postMessage({ ok: true, answer: await calls[data.call](data.args) });
  } catch (refused) {
    port.postMessage({ ok: false, answer: refused instanceof Error ? { success: false } : refused });
  }
});
