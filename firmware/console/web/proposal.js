// A proposal of the lane: what was read, what it may have been, and in which field of the document
// the two differ. Columns by ICAO 9303-4 to -6; what is valid the lane has found out.

/** Field: line, first and last column, from 1. Two-line documents share the second line's places. */
const TWO_LINES = { country: [1, 3, 5], number: [2, 1, 9], number_check: [2, 10, 10], nationality: [2, 11, 13], birth: [2, 14, 19],
  sex: [2, 21, 21], expiry: [2, 22, 27] };
const THREE_LINES = { country: [1, 3, 5], number: [1, 6, 14], number_check: [1, 15, 15], birth: [2, 1, 6], sex: [2, 8, 8],
  expiry: [2, 9, 14], nationality: [2, 16, 18], name: [3, 1, 30] };
/** Where YYMMDD stands in "DD MM YYYY". */
const DATE_AT = [8, 9, 3, 4, 0, 1];

const placesOf = (lines) => (lines.length === 3 ? THREE_LINES : { ...TWO_LINES, name: [1, 6, lines[0].length] });

/** The field a position is in, or undefined: another check digit, or what the form does not ask for. */
export function fieldOf({ line, column }, lines) {
  return Object.entries(placesOf(lines)).find(([, [on, from, to]]) => line === on && column >= from && column <= to)?.[0];
}

/** The lines as the reader delivered them. */
export function linesRead({ lines, positions }) {
  const read = lines.map((line) => [...line]);
  for (const { line, column, from } of positions) read[line - 1][column - 1] = from;
  return read.map((line) => line.join(""));
}

/** Where the character of a column stands in the form's text. */
function indexIn(field, offset, text) {
  if (field === "birth" || field === "expiry") return DATE_AT[offset];
  return field === "name" ? text.slice(0, offset).replace(/<+/g, " ").trimStart().length : offset;
}

/** {number: [4]}: the characters of the form's texts that are not as they were read. */
export function marksOf({ lines, positions }) {
  const marks = {};
  for (const position of positions) {
    const field = fieldOf(position, lines);
    if (!field) continue;
    const [line, from, to] = placesOf(lines)[field];
    const index = indexIn(field, position.column - from, lines[line - 1].slice(from - 1, to));
    (marks[field] ??= []).push(index);
  }
  return marks;
}
