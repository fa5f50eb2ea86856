"""TorchScript archives on disk: writing one, and packing one for a repository."""
import hashlib
import os
import re
import zipfile

import torch


def write(module: torch.nn.Module, path: str, pack: bool) -> torch.jit.ScriptModule:
    """Scripts `module` and saves it; `pack` deflates the archive, which libtorch reads as it is.

    Weights that were float16 once have zeros in the lower half of each float32, so a packed float32 archive is about
    as small as a float16 one and needs no cast after loading. Weights of real models gain nothing: leave them stored.
    """
    scripted = torch.jit.script(module.eval().requires_grad_(False))
    scripted.save(path)
    if pack:
        repack(path)
    return scripted


def repack(path: str) -> None:
    packed = path + ".packed"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w") as target:
        for entry in source.infolist():
            if entry.filename.endswith((".debug_pkl", "serialization_id")):
                continue  # paths of the exporting machine, and a random number: libtorch needs neither
            info = zipfile.ZipInfo(entry.filename)
            small = entry.filename.endswith(("version", "byteorder", ".format_version", ".storage_alignment"))
            info.compress_type = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(entry), compresslevel=9)
    os.replace(packed, path)


def digest(path: str) -> dict:
    sha = hashlib.sha256()
    with open(path, "rb") as f:
        while chunk := f.read(1 << 20):
            sha.update(chunk)
    return {"size": os.path.getsize(path), "sha256": sha.hexdigest()}


def manifest_digest(path: str) -> str:
    """What identifies a model: its manifest without the member "quality", whose limits may be calibrated anew. The node's rule too."""
    with open(path, "rb") as f:
        return hashlib.sha256(re.sub(rb'"quality"\s*:\s*\{[^{}]*\}(,\s*)?', b"", f.read(), count=1)).hexdigest()
