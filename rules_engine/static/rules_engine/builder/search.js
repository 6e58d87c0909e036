/* Looking for a field by any words of its label, group, help or name. Pure: no DOM. */

/* Return [{group, names}] of the fields that hold every word; those whose label begins with the text come first in their group. */
export function searchFields(fields, names, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map();
  for (const name of names) {
    const { label, group, help } = fields[name];
    const hay = `${label} ${group} ${help} ${name}`.toLowerCase();
    if (!words.every((word) => hay.includes(word))) continue;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(name);
  }
  return ranked(fields, [...groups].map(([group, found]) => ({ group, names: found })), text.trim().toLowerCase());
}

/* A label that is, begins with, or holds the text says more than a help that mentions it. */
function ranked(fields, groups, text) {
  if (!text) return groups;
  const rank = (name) => {
    const label = fields[name].label.toLowerCase();
    return label === text ? 0 : label.startsWith(text) ? 1 : label.includes(text) ? 2 : 3;
  };
  const best = ({ names }) => Math.min(...names.map(rank));
  return groups.map(({ group, names }) => ({ group, names: names.toSorted((one, other) => rank(one) - rank(other)) })).toSorted((one, other) => best(one) - best(other));
}
