"""The file that holds the postcode index: its layout, written and read.

Every full postcode that could exist has a number, its *slot*: an outward code has 4,000 (ten sectors of
20 × 20 letters, since inward letters are never C, I, K, M, O or V), and outward codes follow each other
in alphabetical order. In slot order the authority changes seldom, so two things tell everything: one bit
a slot for "this postcode exists", and the slots where another authority begins (a *run*).

The layout, all numbers little-endian:

    8 bytes   the mark "KCCindex"
    2         format version
    32        SHA-256 of every other byte of the file
    4         length of the header in bytes
              header: JSON in UTF-8 (edition, date, attribution, counts, authority codes in GSS order)
              four parts, each its length packed and unpacked, 4 bytes each, then zlib:
                outward codes, in order, a line each
                where runs start: 32-bit differences, all lowest bytes first, then the next ones
                the run's authority, its place in the header's list: 16 bits, laid out the same way
                existence: 500 bytes an outward code, the lowest bit first
"""

import hashlib
import json
import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Literal

from app.postcodes.postcode import CHARACTERS

FORMAT_VERSION = 1
MARK = b"KCCindex"
START = struct.Struct("<8sH32sI")
CHECKSUM = slice(10, 42)
LENGTHS = struct.Struct("<II")

SLOTS_OF_SECTOR = 400
SLOTS_OF_OUTWARD = 4000
SLOT_OF_INWARD = {
    digit + first + second: slot
    for slot, (digit, first, second) in enumerate(
        (digit, first, second)
        for digit in CHARACTERS["9"]
        for first in CHARACTERS["L"]
        for second in CHARACTERS["L"]
    )
}


class IndexUnusable(Exception):
    """The index cannot be relied on. `str()` is a sentence for whoever runs the site."""


@dataclass(frozen=True, slots=True)
class Contents:
    """All that an index file holds. `run_starts` begins with slot 0 and rises; `existing` is the bits."""

    edition: str
    date: date
    attribution: str
    postcodes: int
    sectors: int
    shared_sectors: int
    authorities: tuple[str, ...]
    outwards: tuple[str, ...]
    run_starts: "array[int]"
    run_authorities: "array[int]"
    existing: bytes


def encode(contents: Contents) -> bytes:
    """The bytes of the file: the same contents always give the same ones (with the same zlib)."""
    header = json.dumps(
        {
            "edition": contents.edition,
            "date": contents.date.isoformat(),
            "attribution": contents.attribution,
            "postcodes": contents.postcodes,
            "sectors": contents.sectors,
            "shared_sectors": contents.shared_sectors,
            "authorities": contents.authorities,
        },
        ensure_ascii=False,
    ).encode()
    starts = contents.run_starts
    parts = (
        "\n".join(contents.outwards).encode("ascii"),
        _planes(array("I", (after - before for before, after in pairwise((0, *starts))))),
        _planes(contents.run_authorities),
        contents.existing,
    )
    body = b"".join(map(_packed, parts))
    unsigned = START.pack(MARK, FORMAT_VERSION, bytes(32), len(header)) + header + body
    return unsigned[: CHECKSUM.start] + _checksum(unsigned) + unsigned[CHECKSUM.stop :]


def decode(data: bytes) -> Contents:
    """What the bytes of a file hold. Raises `IndexUnusable` if they are not exactly what `encode` gave."""
    if len(data) < START.size or not data.startswith(MARK):
        raise IndexUnusable("The postcode index is not an index file, or only the start of one.")
    _, version, checksum, header_length = START.unpack_from(data)
    if version > FORMAT_VERSION:
        raise IndexUnusable(
            f"The postcode index has format {version}, newer than the {FORMAT_VERSION} that this site reads."
        )
    if checksum != _checksum(data):
        raise IndexUnusable("The postcode index is damaged: its checksum does not match.")
    try:
        return _contents(data, START.size, START.size + header_length)
    except (ValueError, KeyError, struct.error, zlib.error) as error:
        # The bytes are as they were written, but by something that lays them out differently.
        raise IndexUnusable("The postcode index is whole, but not laid out as this site reads it.") from error


def _contents(data: bytes, header_start: int, body_start: int) -> Contents:
    header = json.loads(data[header_start:body_start])
    outwards, starts, authorities, existing = _parts(data, body_start)
    return Contents(
        edition=header["edition"],
        date=date.fromisoformat(header["date"]),
        attribution=header["attribution"],
        postcodes=header["postcodes"],
        sectors=header["sectors"],
        shared_sectors=header["shared_sectors"],
        authorities=tuple(header["authorities"]),
        outwards=tuple(outwards.decode("ascii").split("\n")),
        run_starts=array("I", accumulate(_numbers("I", starts))),
        run_authorities=_numbers("H", authorities),
        existing=existing,
    )


def _checksum(data: bytes) -> bytes:
    digest = hashlib.sha256(data[: CHECKSUM.start])
    digest.update(memoryview(data)[CHECKSUM.stop :])
    return digest.digest()


def _parts(data: bytes, position: int) -> list[bytes]:
    parts = []
    while position < len(data):
        length, unpacked = LENGTHS.unpack_from(data, position)
        position += LENGTHS.size
        parts.append(zlib.decompress(memoryview(data)[position : position + length], bufsize=unpacked))
        position += length
    return parts


def _packed(part: bytes) -> bytes:
    # zlib and not LZMA: a tenth larger, but opened in 3 ms instead of 12. Z_FILTERED, meant for data with
    # few repeats, makes the existence bits 3% smaller.
    compressor = zlib.compressobj(level=9, strategy=zlib.Z_FILTERED)
    packed = compressor.compress(part) + compressor.flush()
    return LENGTHS.pack(len(packed), len(part)) + packed


def _planes(numbers: "array[int]") -> bytes:
    """The numbers' lowest bytes, then their next ones, and so on: like beside like compresses better."""
    packed = _little_endian(numbers).tobytes()
    return b"".join(packed[byte :: numbers.itemsize] for byte in range(numbers.itemsize))


def _numbers(code: Literal["H", "I"], planes: bytes) -> "array[int]":
    """The numbers that `_planes` laid out: "H" of 16 bits, "I" of 32."""
    numbers = array(code)
    count = len(planes) // numbers.itemsize
    packed = bytearray(len(planes))
    for byte in range(numbers.itemsize):
        packed[byte :: numbers.itemsize] = planes[byte * count : (byte + 1) * count]
    numbers.frombytes(packed)
    return _little_endian(numbers)


def _little_endian(numbers: "array[int]") -> "array[int]":
    """The numbers in the file's byte order; or, the swap being its own reverse, in this machine's."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
