// How a picture's side is cut into tiles that overlap, as serving/tiles.py does: of each only what sees no cut is kept.

const up = (number, multiple) => Math.ceil(number / multiple) * multiple;

export function cuts(length, multiple, reach, longest = 512) {
  const overlap = up(Math.max(reach, 1), multiple);
  const tile = Math.max(up(longest, multiple), 4 * overlap);
  if (length <= tile) return [{ begin: 0, end: length, kept: 0, keptEnd: length }];
  const inner = length - 2 * overlap;
  const pieces = Math.ceil(inner / (tile - 2 * overlap - multiple));
  const step = up(Math.ceil(inner / pieces), multiple);
  const size = step + 2 * overlap + (length % multiple);
  const begins = [];
  for (let begin = 0; begin < length - size; begin += step) begins.push(begin);
  begins.push(length - size);
  const borders = [0, ...begins.slice(1).map((begin) => begin + overlap), length];
  return begins.map((begin, i) => ({ begin, end: begin + size, kept: borders[i], keptEnd: borders[i + 1] }));
}
