"""Fonts made of handwriting (SIL Open Font Licence), which training draws words and some numbers with."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rich.progress import track

from tenfold.config import Settings
from tenfold.data.mnist import Known, keep_file, read_kept, receive
from tenfold.data.sources import from_npm
from tenfold.errors import DataError, NoSource, TenfoldError

VERSION = "5.3.0"
"""Of every package ``@fontsource/NAME``."""

HANDS = {
    "annie-use-your-telescope": Known("555a3ba045673dfa29aa1b2ed52f17772212380d2da9a79dc813ef51e26b0147", 16_860),
    "architects-daughter": Known("0249dd5f81431dbf8a8406996c43f8018bf707221cf261d75145f083bb7091cf", 15_640),
    "bad-script": Known("07202e03862cf10af6c0a9f5cfce39ef10e1923b64b965c3185b5ddef61b91f1", 28_256),
    "caveat": Known("38b98dbeb922a14a74dfb41f83fc24e0e645e2eed9ce72145fefbdae8828cbfb", 60_108),
    "cedarville-cursive": Known("8d8360a98492b42d02c17e94c38bcd2a3cce6db6b9b430f3a110e71f81d7149c", 26_004),
    "coming-soon": Known("d0a25ae9b9ffb2a2c235687f1698af2bbe18a84f47f1b099077a50382b812858", 24_624),
    "covered-by-your-grace": Known("876d8371eedf1f9add237910aea034ca42cd5bdc8f7d722c7a04819ab3f711b8", 18_568),
    "crafty-girls": Known("5d7392f508057ab8c20fa7e92989e679a9efd058b9d7736d688a614df9a79dfa", 33_548),
    "dancing-script": Known("3e114c39b274829edb96a698275563336a42ec5c2a9c1fb7d7108b8bb804bfd3", 29_132),
    "dawning-of-a-new-day": Known("db6b4ace05ee8134f67c89150c387961d9c4f3e8ecc3efecfe8510738c3158fd", 21_640),
    "delius": Known("eabc55870044215231d9f905b1b898926bcf588dc78e53523ea6590281b606f1", 21_660),
    "edu-sa-beginner": Known("c33e51f7a131b9a2eefb06ae7e24af669fc9961ea1e4fd1d13f8658a995f0ea5", 11_796),
    "give-you-glory": Known("84c8bec3e54403b756b60f5fa44aeb89ceb5a31c7296211a0d7717611bb73f8c", 20_768),
    "gloria-hallelujah": Known("31e7def8cf155d4dcc98216517ad509923a8a197bc9c8937668d04767c52040e", 19_608),
    "handlee": Known("9a8af5254df769bbdc196fd998231daec67c81dc3d6fd6f294ed80c2c4343551", 20_568),
    "herr-von-muellerhoff": Known("546db96a99d6321fa0318cd3ab66bc7d5e2e4d7632aa234d199f5cbe650eaf2d", 22_264),
    "homemade-apple": Known("998f34b48e0bcb8974dc6e8d94961a87689ca40e3258554d2f6fc3778b1968a3", 57_676),
    "indie-flower": Known("2cf7154e899ad16246196238d6d13f0135c5feba2d8ccde5d97a22664d012660", 21_676),
    "just-another-hand": Known("996689005263a02315843bd1eff3f67b71ec1ca25be7fa9ee4523e4d282b7b89", 31_660),
    "kalam": Known("70ab8c1d2c10a28f213c6f1c359888624d5e650ffcd64f93a8194c3e14403746", 17_668),
    "la-belle-aurore": Known("d5ec94f05c2cb9ab9dd5bba03faede9a6d767803e36b6b5df36f64ada8546ce0", 20_276),
    "loved-by-the-king": Known("c865f5db8c24e82e05b74065da789d1df28b12d66d2977e884af4a444ff46cb5", 13_460),
    "mansalva": Known("956720ae5632b40a4f79e92b27b936e174a038aa41b8638d30965c61ab465aff", 60_820),
    "marck-script": Known("c26db9210c0b2823550e11baaeb2b6d234e5e5a14e8e6497029f29844859610d", 17_220),
    "meddon": Known("35b904a8c21beacc2bb488d7357741fe886aadc5f2402889efecc4bab506008c", 33_420),
    "mrs-saint-delafield": Known("c31ced6a5b4d87f109074a47c95ebb922beafbd8aadd494e60bfb0da9c4382e3", 23_300),
    "mynerve": Known("5d9deb86c7caed58b6c2624cc2ff1e4cd76bd389e99cf5d62f6342b0242d1d29", 58_312),
    "nothing-you-could-do": Known("454bff123de1c8224aff670f12797ca91cf54becf6f8359391bd37a6dd68a60e", 18_324),
    "over-the-rainbow": Known("e721f12763490802b576b3c1511cf4a0c6a33221772bf846885a295e5b758e3e", 20_552),
    "patrick-hand": Known("0f7031f6665437e04d6f354c5f64d6ae6777b498afbe804638c45b957a7ce8aa", 17_652),
    "permanent-marker": Known("ab8ac2bb72d48e089e37d8eefbacdfe2d74ccd48ae786d952fce9874837d2b2b", 36_116),
    "petit-formal-script": Known("def3d710d96a73c3d8ce97131f5b8f5d7a9645a668cdbacb65cf726730222487", 24_460),
    "playpen-sans": Known("25b16389b5a9978b1b9949398c494451d02c738f837e64095601e1c8447341fb", 98_328),
    "reenie-beanie": Known("1b86681155e125625f01839b2e6688dde2b2a7766a8eb49645b3a8707c2bee9f", 21_444),
    "rock-salt": Known("358d065405a805204d48cc51cc48a8447f8d86369aa05d44c70e0111d7ee7e29", 59_136),
    "sacramento": Known("d3522a9bd9a636911205d65f8031b2baf2c1b1e91fc35070029dbf887364bd29", 27_192),
    "schoolbell": Known("a448b8f4209a8ca16adc48753170f40a57e17f70675963e092501ed48842e4c8", 25_268),
    "shadows-into-light": Known("93cff8110a18bb3e1fb0179c95f706ed1e8037e2e527c4cb425b46deaddbd975", 18_368),
    "sue-ellen-francisco": Known("e2c988155c07d4a26b81216397fa1841af0916c9737a61e05ea38bd1bd5361b1", 15_780),
    "swanky-and-moo-moo": Known("f4f292b60677133249ab543ca178fa6786d3dd9681899ef7ccde255bf956aced", 21_028),
    "the-girl-next-door": Known("301aabf8a983d1231988eea6e125338a3933bd69de8b14137df80840c8d8c5e8", 20_484),
    "waiting-for-the-sunrise": Known("8a2cf921d4129a7d447370c559d0687579e842196c9e80a774fb428b1755911b", 19_516),
    "walter-turncoat": Known("90a2eac28cf08ea30ebc93308f5de15abbfa6b8e54253f5fc9cfedb3971b9f89", 69_916),
    "zeyada": Known("91d3613bd2d6ca6d14bfba2a7c3918ee4ced380d570d1b29a6ebfbcf56e7a6ff", 22_820),
}
"""Each font with the SHA-256 and the length in bytes of its file."""


def hands_folder(settings: Settings) -> Path:
    """Where the fonts are kept."""
    return settings.cache_dir / "hands"


def fetch_hands(settings: Settings) -> list[Path]:
    """Make sure that the fonts are in the cache; the user's own npm brings what is missing.

    Args:
        settings: Where the cache is.

    Returns:
        The files, sorted by name.

    Raises:
        NoSource: If one is nowhere to be had.
        TenfoldError: If the cache cannot be written.
    """
    folder = hands_folder(settings)
    files = {name: folder / file_name(name) for name in HANDS}
    missing = [name for name, path in files.items() if not _is_kept(path, HANDS[name])]
    for name in track(missing, "Fetching fonts …", transient=True, disable=not os.isatty(2)):
        way = partial(from_npm, f"@fontsource/{name}@{VERSION}", inside="files")
        try:
            received = receive(way, {file_name(name): HANDS[name]})
        except (DataError, OSError) as error:
            raise NoSource(
                f"The font {name} could not be brought here: {getattr(error, 'message', error)}.",
                f"By hand: put {file_name(name)} of the npm package @fontsource/{name} {VERSION} into {folder}.",
            ) from error
        for data in received.values():
            keep_file(files[name], data)
    return sorted(files.values())


def hands_kept(settings: Settings) -> bool:
    """True if all fonts are in the cache, as they are on record."""
    folder = hands_folder(settings)
    return all(_is_kept(folder / file_name(name), known) for name, known in HANDS.items())


def file_name(name: str) -> str:
    """The name of a font's file, in its package and in the cache."""
    return f"{name}-latin-400-normal.woff"


def _is_kept(path: Path, known: Known) -> bool:
    try:
        read_kept(path, known)
    except (DataError, TenfoldError):
        return False
    return True
