"""Made the pictures beside this script, with Pillow 9.4 and, for what Pillow does not write, the tool of libvips 8.14 (vips).

A picture of 48 x 32 pixels in four quarters: red, green / blue, white. "turned" is stored lying on its side, with the orientation tag that says so.
"""
import struct
import subprocess
from PIL import Image

TEXT = "a red apple, \u017c\u00f3\u0142w \U0001F422\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 48x32"


def quarters(mode="RGB"):
    image = Image.new("RGB", (48, 32), (255, 255, 255))
    image.paste((255, 0, 0), (0, 0, 24, 16))
    image.paste((0, 255, 0), (24, 0, 48, 16))
    image.paste((0, 0, 255), (0, 16, 24, 32))
    return image.convert(mode)


def exif(text, order=">", orientation=None):
    """An EXIF block with a user comment, in either byte order; the text is always UTF-16 with the high byte first where order is >."""
    entries = [] if orientation is None else [struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)]
    value = b"UNICODE\0" + text.encode("utf-16-be" if order == ">" else "utf-16-le")
    first = 8 + 2 + 12 * (len(entries) + 1) + 4
    entries.append(struct.pack(order + "HHII", 0x8769, 4, 1, first))
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    block = head + struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "I", 0)
    return block + struct.pack(order + "HHHIII", 1, 0x9286, 7, len(value), first + 18, 0) + value


quarters().save("quarters.jpg", quality=95, subsampling=0)
quarters("L").save("grey.jpg", quality=95)
quarters("CMYK").save("ink.jpg", quality=95)
quarters().save("webui.jpg", quality=95, subsampling=0, exif=b"Exif\0\0" + exif(TEXT))
quarters().save("little.jpg", quality=95, subsampling=0, exif=b"Exif\0\0" + exif(TEXT, "<"))
quarters().transpose(Image.Transpose.ROTATE_90).save("turned.jpg", quality=95, subsampling=0, exif=b"Exif\0\0" + exif("turned", ">", 6))
quarters().save("webui.webp", lossless=True, exif=exif(TEXT))
clear = quarters("RGBA")
clear.paste((0, 0, 0, 0), (24, 16, 48, 32))
clear.save("clear.webp", lossless=True, exact=True)
quarters().save("quarters.tif", compression="tiff_deflate")
quarters("1").save("bits.tif", compression="group4")
clear.save("clear.png")
subprocess.run(["vips", "copy", "quarters.tif", "quarters.avif[Q=90]"], check=True)
subprocess.run(["vips", "colourspace", "clear.png", "deep.tif[compression=deflate]", "rgb16"], check=True)
