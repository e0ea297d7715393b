"""What ZIP and gzip need, reckoned with igzip (the door of isal here): several times as fast as with zlib."""

from isal import igzip_lib, isal_zlib


def crc32(data: bytes | memoryview, before: int = 0) -> int:
    """The checksum of these bytes, going on from that of the bytes `before` them."""
    return int(isal_zlib.crc32(data, before))


def gzip_member(content: bytes) -> bytes:
    """These bytes packed as one gzip member without a date: a page takes no more room than zlib needs for it."""
    return bytes(igzip_lib.compress(content, level=1, flag=igzip_lib.COMP_GZIP))
