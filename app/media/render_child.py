"""Run as a program: photo on stdin, two JPEGs on stdout. Imports nothing of the product.

The bytes are a stranger's. Whatever a decoder does with them happens in here, under limits that the process
sets on itself before it reads the first one.
"""

import resource
import struct
import sys
import warnings
from io import BytesIO

from PIL import Image, ImageCms, ImageFile, ImageOps
from pillow_heif import register_heif_opener

MEMORY = (
    1536 * 1024 * 1024
)  # bytes of address space; 50 megapixels of RGBA take 200 MB, a decoder two of them
CPU = 10  # seconds
MOST_PIXELS = 50 * 1024 * 1024
KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
SIDES = (("thumb", 320, 75), ("screen", 1600, 82))


def limit_myself() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(data: bytes) -> Image.Image:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    photo = Image.open(BytesIO(data), formats=KINDS)
    # Half a picture is still evidence; but half a HEIC decodes to black, which would be a lie.
    ImageFile.LOAD_TRUNCATED_IMAGES = photo.format != "HEIF"
    return photo


def upright(photo: Image.Image, side: int) -> Image.Image:
    """No side longer than `side`, turned as the camera was held, in sRGB, with nothing but pixels."""
    photo.draft("RGB", (side, side))
    photo = in_plain_mode(photo)
    photo.thumbnail((side, side), reducing_gap=3.0)
    turned = ImageOps.exif_transpose(photo)
    bare = Image.new("RGB", turned.size, "white")
    bare.paste(in_srgb(turned), mask=turned.getchannel("A") if "A" in turned.getbands() else None)
    return bare


def in_plain_mode(photo: Image.Image) -> Image.Image:
    """A mode that can be scaled well; what the file says about itself stays with it."""
    if photo.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        return photo
    if photo.mode.startswith("I"):  # 16 bits of grey; a plain conversion would clip them at 255
        plain = photo.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    else:
        plain = photo.convert("RGBA" if "transparency" in photo.info else "RGB")
    plain.info = dict(photo.info)
    return plain


def in_srgb(photo: Image.Image) -> Image.Image:
    profile = photo.info.get("icc_profile")
    if not profile or photo.mode not in ("RGB", "CMYK"):
        return photo.convert("RGB")
    try:
        theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(photo, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = None
    return converted or photo.convert("RGB")


def as_jpeg(picture: Image.Image, side: int, quality: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side))
    out = BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def main() -> None:
    limit_myself()
    photo = opened(sys.stdin.buffer.read())
    picture = upright(photo, max(side for _name, side, _quality in SIDES))
    files = [as_jpeg(picture, side, quality) for _name, side, quality in SIDES]
    sys.stdout.buffer.write(struct.pack(">II", *map(len, files)) + b"".join(files))


if __name__ == "__main__":
    main()
