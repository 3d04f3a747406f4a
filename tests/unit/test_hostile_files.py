"""Whatever a CSV file holds, every record is accounted for or the file is refused by name."""

import pytest

from dashboard.cli import COULD_NOT
from tests.hostile import GOOD, HEADER, Importer, good

ACCENTED = f"{HEADER}\n{good('D1')}" + GOOD.format("D2").replace("Wren", "Zaunkönig") + "\n"


@pytest.mark.parametrize(
    ("data", "profile"),
    [
        pytest.param(ACCENTED.encode(), {}, id="utf-8"),
        pytest.param(ACCENTED.encode("utf-8-sig"), {}, id="utf-8 with a mark"),
        pytest.param(ACCENTED.encode("utf-8-sig"), {"encoding": "utf-8-sig"}, id="mark named"),
        pytest.param(ACCENTED.encode("utf-16"), {"encoding": "utf-16"}, id="utf-16 with a mark"),
        pytest.param(ACCENTED.encode("utf-16-le"), {"encoding": "utf-16-le"}, id="utf-16-le"),
        pytest.param(ACCENTED.encode("utf-16-be"), {"encoding": "utf-16-be"}, id="utf-16-be"),
        pytest.param(ACCENTED.encode("latin-1"), {"encoding": "latin-1"}, id="latin-1"),
        pytest.param(ACCENTED.encode("cp1252"), {"encoding": "cp1252"}, id="cp1252"),
        pytest.param(
            ACCENTED.replace("Zaunkönig", "ソ連表").encode("shift-jis"),
            {"encoding": "shift-jis"},
            id="shift-jis, whose second bytes look like ASCII",
        ),
        pytest.param(ACCENTED.replace("\n", "\r\n").encode(), {}, id="CRLF"),
        pytest.param(ACCENTED.replace("\n", "\r\n", 1).encode(), {}, id="mixed line ends"),
        pytest.param(
            ACCENTED.replace(",", "¦").encode(), {"delimiter": "¦"}, id="delimiter of two bytes"
        ),
        pytest.param(
            ACCENTED.replace("Wren", '"Wr,""e""\r\nn"').encode(), {}, id="CRLF in quotes, LF out"
        ),
        pytest.param(ACCENTED.replace("Wren", 'W"re"n').encode(), {}, id="quotes in a field"),
        pytest.param(
            ACCENTED.replace("Wren", '"' + '{""a"":' * 5000 + "1" + "}" * 5000 + '"').encode(),
            {},
            id="deep JSON",
        ),
        pytest.param((ACCENTED + "\n" * 89_442).encode(), {}, id="89,442 blank rows"),
        pytest.param(f"\n\r\n\n{good('D3')}".join([HEADER, good("D1")]).encode(), {}, id="gaps"),
    ],
)
def test_every_record_is_taken_in(
    importer: Importer, data: bytes, profile: dict[str, str]
) -> None:
    outcome = importer.bring(data, **profile)

    assert outcome.counts == (2, 0, 2, 0)


@pytest.mark.parametrize(
    ("records", "counts"),
    [
        pytest.param("", (0, 0, 0, 0), id="header only"),
        pytest.param(good("D1") + "D2,Wren\n", (2, 1, 1, 0), id="too few fields"),
        pytest.param(good("D1") + GOOD.format("D2") + ",x\n", (2, 1, 1, 0), id="too many"),
        pytest.param(good("D1") + GOOD.format("D2") + ",\n", (2, 1, 1, 0), id="one more, empty"),
        pytest.param(
            good("D1") + GOOD.format("D2").replace("Wren", "Wren, Ltd"),
            (2, 1, 1, 0),
            id="a delimiter outside quotes",
        ),
        pytest.param(
            good("D1") + GOOD.format("D2").replace("Wren", '"Wren" Ltd') + "\n",
            (2, 1, 1, 0),
            id="text after a quote",
        ),
        pytest.param(good("D1") + ",,,,,\n", (2, 0, 1, 1), id="a row of empty fields"),
        pytest.param(good("D1") + " \n", (2, 1, 1, 0), id="a line of one space"),
        pytest.param(good("D1", "D1"), (2, 0, 1, 1), id="a key twice"),
        pytest.param(good("D1", " D1 "), (2, 0, 1, 1), id="a key twice but for spaces"),
        pytest.param(good("", "D1"), (2, 0, 1, 1), id="no key"),
        pytest.param(
            good("D1") + f"{HEADER}\n" + good("D2"), (3, 0, 2, 1), id="the header once more"
        ),
        pytest.param(good("D1") + "\x1a", (2, 1, 1, 0), id="the end mark of old systems"),
        pytest.param(
            good("D1") + GOOD.format("D2").replace("Wren", "x" * 20_000_000) + "\n" + good("D3"),
            (3, 1, 2, 0),
            id="a field of 20 MB",
        ),
    ],
)
def test_bad_records_are_set_aside_and_good_ones_kept(
    importer: Importer, records: str, counts: tuple[int, int, int, int]
) -> None:
    outcome = importer.bring(f"{HEADER}\n{records}")

    assert outcome.counts == counts


DATA = f"{HEADER}\n{good('D1')}"


@pytest.mark.parametrize(
    ("data", "profile", "said"),
    [
        pytest.param(
            ACCENTED.encode("latin-1"),
            {},
            "deliveries.csv is not utf-8 (byte 0xf6); say its encoding in the profile",
            id="latin-1 read as utf-8",
        ),
        pytest.param(
            DATA.encode() + b"\xff\xfe" + DATA.encode(),
            {},
            "deliveries.csv is not utf-8 (byte 0xff); say its encoding in the profile",
            id="invalid bytes in the middle",
        ),
        pytest.param(
            DATA.encode() + b"\xed\xa0\x80\n",
            {},
            "deliveries.csv is not utf-8 (byte 0xed); say its encoding in the profile",
            id="half a surrogate pair",
        ),
        pytest.param(
            DATA.encode() + b"\xc0\xaf\n",
            {},
            "deliveries.csv is not utf-8 (byte 0xc0); say its encoding in the profile",
            id="an overlong slash",
        ),
        pytest.param(
            DATA.encode("utf-16"),
            {},
            "deliveries.csv is not utf-8 (byte 0xff); say its encoding in the profile",
            id="utf-16 read as utf-8",
        ),
        pytest.param(
            DATA.encode("utf-16-le"),
            {},
            "deliveries.csv holds NUL bytes; export it as text, or say its encoding in the "
            "profile",
            id="utf-16 without a mark read as utf-8",
        ),
        pytest.param(
            DATA.encode("utf-16-le"),
            {"encoding": "utf-16"},
            "deliveries.csv is not utf-16 (UTF-16 stream does not start with BOM); say its "
            "encoding in the profile",
            id="utf-16 without a mark",
        ),
        pytest.param(
            DATA.encode("utf-16")[:-1],
            {"encoding": "utf-16"},
            "deliveries.csv is not utf-16 (byte 0x0a); say its encoding in the profile",
            id="utf-16 cut in a character",
        ),
        pytest.param(
            DATA.replace("Wren", "W\x81ren").encode("latin-1"),
            {"encoding": "cp1252"},
            "deliveries.csv is not cp1252 (byte 0x81); say its encoding in the profile",
            id="a byte that cp1252 leaves free",
        ),
        pytest.param(
            DATA.replace("Wren", "W\0ren"),
            {},
            "deliveries.csv holds NUL bytes; export it as text, or say its encoding in the "
            "profile",
            id="NUL",
        ),
        pytest.param(
            DATA.replace("\n", "\r"),
            {},
            "deliveries.csv has a CR without LF outside quotes; end its lines with LF or CRLF",
            id="old Mac line ends",
        ),
        pytest.param(
            DATA + GOOD.format("D2").replace("Wren", '"Wren') + "\n" + good("D3"),
            {},
            "deliveries.csv: a quote in the record at line 3 never closes; close it",
            id="a quote open at the end",
        ),
        pytest.param(
            DATA.replace("Wren", '5" pipe'),
            {},
            "deliveries.csv: a quote in the record at line 2 never closes; close it",
            id="a stray quote in the middle",
        ),
        pytest.param(
            "", {}, "deliveries.csv is empty; it needs a line with column names", id="empty"
        ),
        pytest.param(
            "\n\r\n\n",
            {},
            "deliveries.csv is empty; it needs a line with column names",
            id="blank lines only",
        ),
        pytest.param(
            DATA.replace("carrier", "delivery_id"),
            {},
            "deliveries.csv names column 'delivery_id' twice; each name may stand once",
            id="a column twice",
        ),
        pytest.param(
            DATA.replace("status", "status,,"),
            {},
            "deliveries.csv names column '' twice; each name may stand once",
            id="columns without names",
        ),
        pytest.param(
            DATA.replace("status", '"status\nof it"'),
            {},
            "deliveries.csv has no column 'status' (nearest: 'status of it'); the profile needs "
            "it",
            id="a line break in a name",
        ),
        pytest.param(
            ",".join(f"c{number}" for number in range(100_000)) + "\n",
            {},
            "deliveries.csv has no column 'delivery_id'; the profile needs it",
            id="100,000 columns",
        ),
        pytest.param(
            HEADER + "," + "x" * 100_000 + "\n",
            {},
            f"deliveries.csv has an unknown column '{'x' * 59}…'; name it in the profile as "
            "optional",
            id="a column name of 100,000 letters",
        ),
        pytest.param(
            DATA,
            {"delimiter": ";"},
            f"deliveries.csv has one column '{HEADER[:59]}…'; say delimiter = ',' in the profile",
            id="another delimiter",
        ),
        pytest.param(
            b"PAR1" + b"\0" * 100 + b"PAR1",
            {},
            "deliveries.csv holds NUL bytes; export it as text, or say its encoding in the "
            "profile",
            id="Parquet bytes",
        ),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused(
    importer: Importer, data: bytes | str, profile: dict[str, str], said: str
) -> None:
    outcome = importer.bring(data, **profile)

    assert (outcome.code, outcome.said) == (COULD_NOT, said)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("", id="as the header"),
        pytest.param(DATA, id="as a record"),
        pytest.param(f'{DATA}"', id="in quotes, over many lines"),
    ],
)
def test_a_record_beyond_all_measure_is_refused(importer: Importer, start: str) -> None:
    endless = ("x" * 5_000_000 + "\n" * start.endswith('"')) * 14

    outcome = importer.bring(f"{start}{endless}")

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        "deliveries.csv has a record of over 64 MiB; look for a stray quote, or for line ends "
        "that are missing",
    )
