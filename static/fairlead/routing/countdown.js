// How a clock reads: what is left to the second, or by how much it is over. No DOM.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number) => String(number).padStart(2, "0");

/** Return a length of time: "4:07", "1:04:07", "2 days 3 h". */
export function span(seconds) {
  const days = Math.floor(seconds / DAY);
  const hours = Math.floor((seconds % DAY) / HOUR);
  if (days) return `${days} day${days > 1 ? "s" : ""} ${hours} h`;
  const rest = `${two(Math.floor((seconds % HOUR) / MINUTE))}:${two(seconds % MINUTE)}`;
  return hours ? `${hours}:${rest}` : rest.replace(/^0/, "");
}

/** Return what a clock says, and its tone: amber in the last five minutes, as on the server. */
export function clock(due, now) {
  const seconds = Math.round((due - now) / 1000);
  if (seconds <= 0) return { text: `Overdue by ${span(-seconds)}`, tone: "bad" };
  return { text: `${span(seconds)} left`, tone: seconds <= 5 * MINUTE ? "warn" : "info" };
}
