// Program headers of a 64-bit little-endian ELF file: System V ABI, chapter 5, "Program Header".
const HEADER = { phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shnum: 60, shstrndx: 62 };
const ENTRY_BYTES = 56;
const PT_LOAD = 1;
const PT_PHDR = 6;
/** Of x64; other processors have larger ones. */
const PAGE_BYTES = 4096;

/**
 * The file anew with only what is loaded into memory: no symbols for debuggers, no section headers, and without the bytes
 * from `gap.start` to `gap.end` (offsets in the file), which nothing may read any more. Every address stays as it was.
 * Throws an Error when the table of segments has no room for one more.
 */
export function onlyLoaded(file, gap) {
  const segments = splitAt(readSegments(file), gap);
  const loads = segments.filter(({ type }) => type === PT_LOAD);
  const parts = [];
  let length = 0;
  for (const load of loads) {
    const start = down(load.offset);
    // A loader maps whole pages, so what two segments share of one stays with both.
    load.movedTo = length + (load.offset - start);
    const end = load.offset + load.fileBytes;
    parts.push(file.subarray(start, end), Buffer.alloc(up(end) - end));
    length += up(end) - start;
  }
  const moved = Buffer.concat(parts);
  const shift = (offset) => {
    const home = loads.find((load) => offset >= load.offset && offset < load.offset + load.fileBytes);
    return home ? home.movedTo + offset - home.offset : 0;
  };
  writeSegments(moved, file, segments, shift);
  return moved;
}

function readSegments(file) {
  const at = Number(file.readBigUInt64LE(HEADER.phoff));
  return Array.from({ length: file.readUInt16LE(HEADER.phnum) }, (_, index) => {
    const entry = file.subarray(at + index * ENTRY_BYTES, at + (index + 1) * ENTRY_BYTES);
    const number = (place) => Number(entry.readBigUInt64LE(place));
    return {
      type: entry.readUInt32LE(0),
      flags: entry.readUInt32LE(4),
      offset: number(8),
      address: number(16),
      fileBytes: number(32),
      memoryBytes: number(40),
      alignment: number(48),
    };
  });
}

/** The segment that holds the gap becomes two, one before it and one behind it. */
function splitAt(segments, gap) {
  const start = up(gap.start);
  const end = down(gap.end);
  return segments.flatMap((one) => {
    const last = one.offset + one.fileBytes;
    if (one.type !== PT_LOAD || one.offset > gap.start || last < gap.end) return [one];
    const before = { ...one, fileBytes: start - one.offset, memoryBytes: start - one.offset };
    const behind = { ...one, offset: end, address: one.address + end - one.offset, fileBytes: last - end };
    return [before, { ...behind, memoryBytes: one.memoryBytes - (end - one.offset) }];
  });
}

function writeSegments(moved, file, segments, shift) {
  const room = segments.find(({ type }) => type === PT_PHDR)?.fileBytes ?? 0;
  if (room < segments.length * ENTRY_BYTES) throw new Error('no room for one more segment');
  const table = shift(Number(file.readBigUInt64LE(HEADER.phoff)));
  moved.writeBigUInt64LE(BigInt(table), HEADER.phoff);
  moved.writeUInt16LE(segments.length, HEADER.phnum);
  moved.writeBigUInt64LE(0n, HEADER.shoff);
  moved.writeUInt16LE(0, HEADER.shnum);
  moved.writeUInt16LE(0, HEADER.shstrndx);
  segments.forEach((one, index) => {
    const entry = moved.subarray(table + index * ENTRY_BYTES, table + (index + 1) * ENTRY_BYTES);
    entry.writeUInt32LE(one.type, 0);
    entry.writeUInt32LE(one.flags, 4);
    const offset = one.movedTo ?? shift(one.offset);
    const numbers = [offset, one.address, one.address, one.fileBytes, one.memoryBytes, one.alignment];
    numbers.forEach((number, place) => {
      entry.writeBigUInt64LE(BigInt(number), 8 + place * 8);
    });
  });
}

function down(offset) {
  return offset - (offset % PAGE_BYTES);
}

function up(offset) {
  return down(offset + PAGE_BYTES - 1);
}
