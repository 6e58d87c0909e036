/* One value out of a text, as spreadsheets in the United States write it. Pure. What is not understood stays text. */
const AMOUNT = /^-?\$?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/;
const US_DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::00)?\s*([ap])\.?m\.?$/i;
const YES_NO = { yes: true, true: true, no: false, false: false };

const two = (number) => String(number).padStart(2, "0");

function number(text) {
  return AMOUNT.test(text) ? Number(text.replace(/[$,]/g, "")) : text;
}

function date(text) {
  const found = US_DATE.exec(text);
  return found ? `${found[3]}-${two(found[1])}-${two(found[2])}` : text;
}

function time(text) {
  const found = CLOCK.exec(text);
  if (!found) return /^\d:\d{2}$/.test(text) ? `0${text}` : text;
  const hour = (Number(found[1]) % 12) + (found[3].toLowerCase() === "p" ? 12 : 0);
  return `${two(hour)}:${found[2]}`;
}

const READERS = { number, money: number, date, time, boolean: (text) => YES_NO[text.toLowerCase()] ?? text };

/* A choice is meant by its code or by its label, in whatever case. */
export function readScalar({ kind, options }, text) {
  const wanted = text.toLowerCase();
  const option = options.find(([code]) => String(code).toLowerCase() === wanted) ?? options.find(([, label]) => label.toLowerCase() === wanted);
  if (option) return option[0];
  return (READERS[kind] ?? ((each) => each))(text);
}
