"""Reads an artifact by what `book/src/format.md` says, and nothing else: `reader.py format.md app.kza` prints JSON.

It proves that the page is enough to write a reader in another language, so it shares nothing with the crates. The
prose of the page is written out below; the records, bits and codes are taken from its tables.
"""

import json
import re
import struct
import sys
from pathlib import Path

from blake3 import blake3

MAGIC = b"\x89KZA\r\n\x1a\n"
NUMBERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i64": "<q"}
PAIRS = {"text", "list"}


class Malformed(Exception):
    """The bytes are not what the page says."""


def hold(condition, rule):
    if not condition:
        raise Malformed(rule)


# The page


def read_page(text):
    """The tables of each section, as lists of (table, [(cell, kind)]), and the words of each code."""
    records, codes = text.split("\n# Records\n")[1].split("\n# Codes\n")
    sections = {}
    for heading, body in chapters(records.split("\n# Bits\n")[0]):
        section, table = re.fullmatch(r"`(\w{4})` `(\w+)`", heading).groups()
        cells, end = [], 0
        for offset, name, kind, _ in rows(body, 4):
            hold(int(offset) == end, f"{section} {table} {name} stands at {offset}")
            cells.append((name.strip("`"), kind.strip("`")))
            end += width(cells[-1][1])
        hold(f" {end} byte" in body.split("|")[0], f"{section} {table} has {end} bytes")
        sections.setdefault(section, []).append((table, cells))
    words = {}
    for heading, body in chapters(codes):
        words[heading.strip("`")] = {int(byte): word.strip("`") for byte, word, _ in rows(body, 3)}
    return sections, words


def chapters(text):
    for chapter in text.split("\n## ")[1:]:
        heading, body = chapter.split("\n", 1)
        yield heading, body


def rows(body, columns):
    """The rows of a table behind its head; `\\|` is no border."""
    for line in [line for line in body.split("\n") if line.startswith("|")][2:]:
        row = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        hold(len(row) == columns, f"not {columns} columns: {line}")
        yield row


def width(kind):
    if kind in NUMBERS:
        return struct.calcsize(NUMBERS[kind])
    return 8 if kind in PAIRS else 1


# The file


def read_file(file, sections, words):
    hold(len(file) >= 64 and file[:8] == MAGIC, "no artifact")
    major, minor, flags, length, count, zero = struct.unpack_from("<HHIQII", file, 8)
    hold(major == 1, f"format {major}.{minor}")
    hold(flags == 0 and zero == 0, "flags")
    hold(length == len(file), "length")
    hold(count <= 64 and 64 + 24 * count <= len(file), "number of sections")
    payloads = read_table(file, count)
    digest = file[32:64]
    hold(blake3(blanked(file, payloads)).digest() == digest, "digest")
    hold(payloads and payloads[0][0] == "META", "no META")
    meta = read_meta(file, payloads[0][1])
    found, counts = {}, []
    known = ["META", *sections]
    ids = [name for name, _ in payloads if name in known]
    hold(ids == [name for name in known if name in ids], "order of sections")
    for name, place in payloads:
        if name in sections:
            found[name], numbers = read_section(file, place, sections[name], words)
            counts.append((name, numbers))
    hold(counts == meta.pop("counts"), "META counts other records")
    return {"format": [major, minor], "digest": digest.hex(), **meta, "sections": found}


def read_table(file, count):
    """The id and the range of each payload."""
    payloads, end = [], 64 + 24 * count
    for entry in range(count):
        name, version, flags, offset, length = struct.unpack_from("<4sHHQQ", file, 64 + 24 * entry)
        hold(re.fullmatch(rb"[A-Z0-9]{4}", name) and version == 1 and flags <= 1, "entry of a section")
        hold(name not in [known.encode() for known, _ in payloads], "a section is there twice")
        hold(offset == end, "payloads do not follow each other")
        payloads.append((name.decode(), range(end, end + length)))
        end += length + -length % 8
        hold(end <= len(file), "a payload is cut off")
        hold(not any(file[offset + length : end]), "padding is not zero")
    hold(end == len(file), "something stands behind the last payload")
    return payloads


def blanked(file, payloads):
    """The file with its digest, and the payload of `SIGN`, taken as zero."""
    blank = bytearray(file)
    blank[32:64] = bytes(32)
    for name, place in payloads:
        if name == "SIGN":
            blank[place.start : place.stop] = bytes(len(place))
    return bytes(blank)


class Payload:
    """Takes the values of a payload one after another."""

    def __init__(self, file, place):
        self.file, self.at, self.end = file, place.start, place.stop

    def take(self, length):
        start, self.at = self.at, self.at + length
        hold(self.at <= self.end, "a payload ends inside a value")
        return self.file[start : self.at]

    def varint(self):
        first = self.take(1)[0]
        if first <= 250:
            return first
        form, least = {251: ("<H", 251), 252: ("<I", 1 << 16), 253: ("<Q", 1 << 32)}[first]
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        hold(value >= least, "a number is not in its shortest form")
        return value

    def bytes(self):
        return self.take(self.varint())

    def close(self):
        hold(self.at == self.end, "something stands behind the last value of a payload")


def read_meta(file, place):
    payload = Payload(file, place)
    producer, language = payload.bytes().decode(), payload.varint()
    ids, tables = payload.bytes().decode(), payload.bytes()
    counts = [payload.varint() for _ in range(payload.varint())]
    payload.close()
    hold(language == 1 and len(ids) == 4 * len(tables) and sum(tables) == len(counts), "META")
    left = iter(counts)
    names = [ids[at : at + 4] for at in range(0, len(ids), 4)]
    counted = [(name, [next(left) for _ in range(number)]) for name, number in zip(names, tables)]
    return {"producer": producer, "language": language, "counts": counted}


def read_section(file, place, tables, words):
    payload = Payload(file, place)
    texts = Texts(payload.bytes())
    found, counts = {}, []
    for table, cells in tables:
        data, size = payload.bytes(), sum(width(kind) for _, kind in cells)
        hold(len(data) % size == 0, f"{table} is no whole number of records")
        found[table] = [read_record(data, at, cells, texts, words) for at in range(0, len(data), size)]
        counts.append(len(found[table]))
    payload.close()
    hold(texts.used == len(texts.strings), "the strings hold more than the texts")
    return found, counts


def read_record(data, at, cells, texts, words):
    record = {}
    for name, kind in cells:
        if kind in NUMBERS:
            (record[name],) = struct.unpack_from(NUMBERS[kind], data, at)
        elif kind in PAIRS:
            pair = struct.unpack_from("<II", data, at)
            record[name] = texts.get(*pair) if kind == "text" else list(pair)
        else:
            record[name] = words[kind][data[at]]
        at += width(kind)
    return record


class Texts:
    """The texts of a section; each begins where those before it end, or was met before."""

    def __init__(self, strings):
        strings.decode()
        self.strings, self.used, self.met = strings, 0, {}

    def get(self, offset, length):
        if length == 0:
            hold(offset == 0, "an empty text has a place")
            return ""
        text = self.strings[offset : offset + length].decode()
        if text not in self.met:
            hold(offset == self.used, "texts do not stand in the order of their first use")
            self.met[text], self.used = offset, offset + length
        hold(self.met[text] == offset, "a text is stored twice")
        return text


if __name__ == "__main__":
    page, artifact = sys.argv[1:]
    try:
        read = read_file(Path(artifact).read_bytes(), *read_page(Path(page).read_text(encoding="utf-8")))
    except Malformed as error:
        sys.exit(f"{artifact}: {error}")
    json.dump(read, sys.stdout, ensure_ascii=False)
