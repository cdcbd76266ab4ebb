"""Kinds of commits that people labelled and the matcher told otherwise: who is whose heir, and who is a stranger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.deltas import Tree, delta_of

from match.test_handed_on import READ, SPLIT, WIDEN, inside, named, ways, went

LABELS = sorted((Path(__file__).parent / "labels").glob("*.json"))

PARSE = """\
def parse(text, strict):
    rows = []
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if strict and not value:
            raise ValueError(line)
        rows.append((key.strip(), value.strip()))
    table = {}
    for key, value in rows:
        table.setdefault(key, []).append(value)
    return table
"""
ROWS = """\
def rows_of(text, strict):
    rows = []
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if strict and not value:
            raise ValueError(line)
        rows.append((key.strip(), value.strip()))
    return rows
"""


def children_of(old: Tree, new: Tree) -> list[Any]:
    """Return the ops of symbols."""
    ops: list[Any] = list(delta_of(old, new)["ops"])
    return [child for op in ops for child in op.get("child_ops", ())]


def parts(old: str, new: str) -> dict[str, tuple[str, str]]:
    """Return of what was inserted or deleted: its reason, and the body that it names."""
    return {
        child["address"]: (*child["change"], child["body"])
        for child in children_of({"m.py": old}, {"m.py": new})
        if "body" in child
    }


def test_a_body_keeps_its_name_where_a_part_was_taken_out_while_it_moved() -> None:
    short = "def parse(text, strict):\n    table = {}\n    for key, value in rows_of(text, strict):\n"
    short += "        table.setdefault(key, []).append(value)\n    return table\n"
    new = {"m.py": WIDEN, "n.py": ROWS + short}
    assert ways({"m.py": PARSE + WIDEN, "n.py": ""}, new) == {"m.py::parse": "n.py::parse"}


def test_what_was_put_into_its_caller_is_not_renamed_to_it() -> None:
    fill = "def fill(self):\n    one = self.router.add('GET', '/plain', name='one')\n"
    fill += "    two = self.router.add('POST', '/form', name='two')\n    return one.name, two.name\n"
    check = "def test_names(self):\n    names = self.fill()\n    assert len(names) == len(self.router.names)\n"
    check += "    for name in names:\n        assert name in self.router.names\n"
    whole = "def test_names(router):\n    one = router.add('GET', '/plain', name='one')\n"
    whole += "    two = router.add('POST', '/form', name='two')\n    names = one.name, two.name\n"
    whole += "    assert 2 == len(router.names)\n    for name in names:\n        assert name in router.names\n"
    other = named(READ, "test_read")
    old = inside("TestRouter", other) + "".join(f"    {line}\n" for line in (fill + check).splitlines())
    assert ways({"m.py": old}, {"m.py": other + whole}).get("m.py::TestRouter.test_names") == "m.py::test_names"


def test_a_class_goes_on_under_its_new_name_where_the_old_one_stays_as_an_alias() -> None:
    mode = "class FileMode:\n    target: int = 1\n\n    def key(self):\n        return ','.join([str(self.target)])\n"
    old, new = {"m.py": mode}, {"m.py": mode.replace("FileMode", "Mode") + "\nFileMode = Mode\n"}
    delta = delta_of(old, new)
    told = {(child["op"], child["address"], child.get("new_address")) for child in children_of(old, new)}
    assert ("replace", "m.py::FileMode", "m.py::Mode") in told
    assert ("insert", "m.py::FileMode", None) in told
    assert delta["breaking_changes"] == []
    assert delta["sem_ver_bump"] == "minor"


def test_an_alias_of_what_was_there_before_is_no_rename() -> None:
    old = named(READ, "load") + named(SPLIT, "part")
    assert ways({"m.py": old}, {"m.py": named(SPLIT, "part") + "load = part\n"}) == {}


def test_a_common_name_moves_between_two_classes_of_a_file() -> None:
    def tree(*, moved: bool) -> dict[str, str]:
        found = {}
        for n, body in enumerate(("raise Missing()", "self.sent.append(host)", "return wrap(self.file, host)")):
            begin = f"def start_tls({'' if moved else 'stream, '}host, context, timeout):\n    {body}\n"
            end = "def stop(now):\n    self.open = now\n"
            owners = inside("Backend", end), inside("Stream", end.replace("open", "running"))
            place = ("Stream", 1) if moved else ("Backend", 0)
            method = "".join(f"    {line}\n" for line in begin.replace("(", "(self, ", 1).splitlines())
            texts = list(owners)
            texts[place[1]] = texts[place[1]].rstrip("\n") + "\n\n" + method
            found[f"m{n}.py"] = "\n".join(texts)
        return found

    assert ways(tree(moved=False), tree(moved=True)) == {
        f"m{n}.py::Backend.start_tls": f"m{n}.py::Stream.start_tls" for n in range(3)
    }


def test_two_short_bodies_of_other_names_are_strangers_in_one_class_too() -> None:
    old = inside("Stream", "def is_connected():\n    return not self._eof\n", SPLIT, WIDEN)
    new = inside("Stream", SPLIT, WIDEN, "def at_eof():\n    return self._eof\n")
    assert ways({"m.py": old}, {"m.py": new}) == {}


def test_a_short_body_goes_to_another_class_only_with_what_it_does() -> None:
    name = "@property\n    def name(self):\n        return "
    old = f"class Route(Base):\n    {name}self._name\n"
    new = f"class System(Route):\n    {name}None\n"
    one, other = inside("System", SPLIT), inside("Route", WIDEN)
    assert ways({"m.py": old + one}, {"m.py": other + new}) == {}


def test_a_class_that_moved_and_was_written_anew_is_known_by_its_name() -> None:
    methods = ("dump", "parse", "tag")
    old = "class Packer:\n" + "".join(f"    def {name}(self, a):\n        return old_{name}(a)\n" for name in methods)
    new = "class Packer:\n    order = {}\n" + "".join(
        f"    def {name}(self, value, key=None):\n        for one in self.order:\n            yield one.{name}[key]\n"
        for name in methods
    )
    assert ways({"m.py": old + READ, "n.py": ""}, {"m.py": READ, "n.py": new})["m.py::Packer"] == "n.py::Packer"
    other = new.replace("Packer", "Sender").replace("tag", "cut").replace("dump", "drop")
    assert ways({"m.py": old + READ, "n.py": ""}, {"m.py": READ, "n.py": other}) == {}


def test_a_small_class_is_known_by_its_docstring_and_by_who_raises_it() -> None:
    said = '    """Had to send the {} again, but its body was streaming, and is no longer available."""\n'
    use = "def send(request):\n    if request.is_streaming:\n        raise {}(request)\n"
    old = "class RedirectBodyUnavailable(RedirectError):\n" + said.format("redirect")
    new = "class RequestBodyUnavailable(StreamError):\n" + said.format("request")
    before = old + use.format("RedirectBodyUnavailable")
    assert ways({"m.py": before}, {"m.py": new + use.format("RequestBodyUnavailable")}) == {
        "m.py::RedirectBodyUnavailable": "m.py::RequestBodyUnavailable"
    }
    stranger = "class TooMany(StreamError):\n    pass\n"
    assert ways({"m.py": before}, {"m.py": stranger + use.format("TooMany")}) == {}


def test_an_opposite_is_no_form_of_a_word() -> None:
    old = "def without_context(f):\n    f.needs_context = False\n    return f\n"
    new = "def with_context(f):\n    def call(*args):\n        with context():\n            return f(*args)\n"
    new += "    return call\n"
    assert ways({"m.py": old + READ}, {"m.py": new + READ}) == {}


def test_two_poor_pairs_are_not_worth_more_than_a_good_one() -> None:
    best = named(PARSE, "test_parse_rows")
    poor = named(PARSE, "test_strict_wins").replace("value.strip()", "value").replace("key.strip()", "key.lower()")
    heir = named(PARSE, "test_parse_rows_exist").replace('"="', '":"')
    other = named(PARSE, "test_parse_empty").replace("rows.append", "yield from").replace("line)", "text)")
    told = went({"m.py": best + poor.replace("setdefault(key, [])", "of(key)")}, {"m.py": heir + other})
    assert told["m.py::test_parse_rows"][0] == "m.py::test_parse_rows_exist"


def test_one_of_two_that_are_just_as_near_is_told_with_half_the_confidence() -> None:
    one, other = (named(PARSE, f"parse_{kind}").replace("rows = []", f"rows = [{kind}]") for kind in "ab")
    ((address, confidence),) = went({"m.py": PARSE}, {"m.py": one + other}).values()
    assert address in ("m.py::parse_a", "m.py::parse_b")
    assert confidence == 0.5


def test_functions_that_call_each_other_hand_their_names_on() -> None:
    read = READ.replace("line.rstrip()", "split(line)")
    widen = WIDEN.replace("str(cell)", "read(cell, width)")
    old = read + SPLIT.replace("value.strip()", "widen([value], 1)") + widen
    new = (
        named(read, "split").replace("split(line)", "widen(line)").replace("break", "continue")
        + named(SPLIT, "widen").replace("value.strip()", "read([value], 1)").replace(".lower()", "")
        + named(widen, "read").replace("read(cell", "split(cell").replace("ljust", "rjust")
    )
    assert ways({"m.py": old}, {"m.py": new}) == {
        "m.py::read": "m.py::split", "m.py::split": "m.py::widen", "m.py::widen": "m.py::read",
    }  # fmt: skip


def test_a_part_may_be_edited_while_it_is_taken_out_or_put_in() -> None:
    rest = "def parse(text, strict):\n    table = {}\n    for key, value in rows_of(text, not strict):\n"
    rest += "        table.setdefault(key, []).append(value)\n    return table\n"
    edited = (
        ROWS.replace("strict and", "not lax and").replace("text, strict", "source, lax").replace("in text", "in source")
    )
    assert parts(PARSE, edited + rest) == {"m.py::rows_of": ("extracted_from", "m.py::parse")}
    assert parts(edited + rest, PARSE) == {"m.py::rows_of": ("inlined_into", "m.py::parse")}
    handed = rest.replace("rows_of(text, not strict)", "deferred(rows_of, text, not strict)")
    assert parts(PARSE, edited + handed) == {"m.py::rows_of": ("extracted_from", "m.py::parse")}
    anew = "def rows_of(text, strict):\n    for key in text.splitlines():\n        yield key, strict\n"
    assert parts(PARSE, anew + rest) == {}


FETCH = """\
def test_fetch_rows(client):
    found = []
    for page in client.pages("/rows", limit=20):
        found.extend(page.rows)
    assert len(found) == 40
    client.close()
"""
FETCH_ANEW = """\
def test_fetch_rows_in_pages(client, limit):
    with client.session() as session:
        first = session.get("/rows", limit=limit)
        second = first.follow()
    assert [page.number for page in (first, second)] == [1, 2]
    assert not second.rows
"""


def test_what_stands_in_the_place_of_another_and_has_its_words_is_the_other() -> None:
    around = READ, WIDEN
    old, new = FETCH.join(around), FETCH_ANEW.join(around)
    assert ways({"m.py": old}, {"m.py": new}) == {"m.py::test_fetch_rows": "m.py::test_fetch_rows_in_pages"}
    elsewhere = READ + WIDEN + FETCH_ANEW
    assert ways({"m.py": old}, {"m.py": elsewhere}) == {}
    other = FETCH_ANEW.replace("test_fetch_rows_in_pages", "close_all").join(around)
    assert ways({"m.py": old}, {"m.py": other}) == {}


def test_a_short_body_that_stayed_in_its_place_is_the_same_function() -> None:
    old = "X = 1\n\n\ndef get(url):\n    page = other(url)\n    return page.text\n"
    assert ways({"m.py": old}, {"m.py": old.replace("get(url)", "fetch(url, size)")}) == {"m.py::get": "m.py::fetch"}
    moved = old[:7] + READ + old[7:].replace("get(url)", "fetch(url, size)")
    assert ways({"m.py": old + READ}, {"m.py": moved}) == {}


def test_accessors_in_one_place_are_two() -> None:
    old = (
        "class Box:\n    def open(self):\n        return 1\n\n    def get_size(self):\n        return len(self.items)\n"
    )
    new = old.replace("get_size", "get_owner").replace("len(self.items)", "self.owner.name or self.box")
    assert ways({"m.py": old}, {"m.py": new}) == {}


def test_a_short_method_goes_where_the_others_of_its_class_went() -> None:
    one = "    def test_strip(self):\n        check(strip('(a)'), 'a')\n"
    other = "    def test_strip(self):\n        text, end = consume('(a)', 0)\n        check(text, 'a')\n"
    rest = "".join(f"    {line}\n" for line in (named(READ, "test_read") + named(WIDEN, "test_widen")).splitlines())
    old = {"m.py": "class Strip:\n" + one + rest + "\n\nclass Consume:\n    def test_end(self):\n        check(1, 1)\n"}
    new = {"m.py": "class Consume:\n    def test_end(self):\n        check(1, 1)\n" + other + rest}
    assert ways(old, new).get("m.py::Strip.test_strip") == "m.py::Consume.test_strip"


def test_a_function_that_moved_and_gave_its_body_away_is_the_one_that_names_it() -> None:
    wrapper = "def parse(text, strict):\n    return deferred(_parse, text, strict)\n"
    new = {"m.py": WIDEN, "n.py": named(PARSE, "_parse") + wrapper}
    assert ways({"m.py": PARSE + WIDEN, "n.py": ""}, new) == {"m.py::parse": "n.py::parse"}


def test_a_field_keeps_its_type_where_its_value_goes_into_a_constructor() -> None:
    use = "    def add(self, row, limit):\n        for cell in row.cells[:limit]:\n"
    use += "            self.rows.append(cell.strip())\n"
    old = "class Table:\n    rows: list[Row] = field(default_factory=make_rows, repr=False)\n\n" + use
    new = {"m.py": "class Table:\n    pass\n", "n.py": "class Base:\n    rows: list[Row]\n\n" + use}
    assert ways({"m.py": old}, new).get("m.py::Table.rows") == "n.py::Base.rows"


ORDER = """\
def params_in_order(self):
    for param in self.params:
        if param.is_eager:
            yield param
    for param in self.params:
        if not param.is_eager:
            yield param
"""
ORDER_ANEW = """\
def params_in_order(given, declared):
    return sorted(declared, key=lambda one: (one not in given, given.index(one)))
"""


def test_a_long_name_goes_on_beside_its_class_where_who_calls_it_stayed() -> None:
    use = "    def parse(self, args):\n        for one in {}:\n            one.take(args)\n        return args\n\n"
    method = "".join(f"    {line}\n" for line in ORDER.splitlines())
    old = f"class Command:\n{use.format('self.params_in_order()')}{method}"
    new = f"class Command:\n{use.format('params_in_order(args, self.params)')}\n\n{ORDER_ANEW}"
    assert ways({"m.py": old}, {"m.py": new}) == {"m.py::Command.params_in_order": "m.py::params_in_order"}
    short = [text.replace("params_in_order", "order") for text in (old, new)]
    assert ways({"m.py": short[0]}, {"m.py": short[1]}) == {}


def test_methods_that_an_interface_asks_for_are_each_classs_own() -> None:
    def visitors(*, first: bool) -> str:
        one = "def visit_group_by(node):\n    self.tasks.append(Task(node, self.context))\n    return self.tasks\n"
        two = "def visit_group_by(node):\n    for each in node.parts:\n        self.nodes.add(each.node, node.name)\n"
        parts = (one, "") if first else ("", two)
        return "".join(
            inside(name, SPLIT, *filter(None, (text,))) for name, text in zip(("Tasks", "Nodes"), parts, strict=True)
        )

    assert ways({"m.py": visitors(first=True)}, {"m.py": visitors(first=False)}) == {}


def test_a_constructor_stays_itself_where_a_helper_was_put_into_it() -> None:
    both = """\
        name, word = {}
        if isinstance(name, str):
            name = name.encode()
        if isinstance(word, str):
            word = word.encode()
        both = b':'.join((name, word))
"""
    sign = """\
    def sign(self, request, header):
        request.headers['Authorization'] = header or {}
        return request

"""
    begin = "    def __init__(self, name, word):\n"
    old = f"class Basic:\n{begin}        self.name = name\n        self.word = word\n\n{sign.format('self.header()')}"
    old += f"    def header(self):\n{both.format('self.name, self.word')}        return both\n"
    new = (
        f"class BasicSigner:\n{begin}{both.format('name, word')}        self.line = both\n\n{sign.format('self.line')}"
    )
    told = ways({"m.py": old}, {"m.py": new})
    assert told["m.py::Basic"] == "m.py::BasicSigner"
    assert "m.py::Basic.header" not in told


def test_a_variable_that_moves_may_become_public() -> None:
    mask = "def mask(data):\n    for number, byte in enumerate(data):\n        data[number] = byte ^ _TRAILING[0]\n"
    old = f"_TRAILING: bytes = bytes([0, 0, 255, 255])\n\n\n{mask}    return data\n"
    new = {"m.py": READ, "n.py": old.replace("_TRAILING", "TRAILING")}
    assert ways({"m.py": old + READ, "n.py": ""}, new) == {
        "m.py::_TRAILING": "n.py::TRAILING", "m.py::mask": "n.py::mask",
    }  # fmt: skip


def test_a_part_of_a_body_that_stayed_is_nobody_elses_heir() -> None:
    rest = "def parse(text, strict):\n    table = {}\n    for key, value in rows_of(text, strict):\n"
    rest += "        table.setdefault(key, []).append(value)\n    return table\n"
    other = """\
def rows_from(source):
    rows = []
    for line in source.splitlines():
        key, sep, value = line.partition("=")
        if not sep:
            continue
        rows.append((key.lower(), value.strip()))
    rows.sort()
    return rows
"""
    old, new = PARSE + WIDEN + other, rest + WIDEN + ROWS
    assert ways({"m.py": old}, {"m.py": new}) == {}
    assert parts(old, new) == {"m.py::rows_of": ("extracted_from", "m.py::parse")}
    assert ways({"m.py": other}, {"m.py": ROWS}) == {"m.py::rows_from": "m.py::rows_of"}


def test_a_class_does_not_get_the_name_that_others_had_for_a_little_likeness() -> None:
    types = "method: bytes, url: Tuple[bytes, int], headers: List[bytes] = None, stream: Stream = None"
    begin = (
        f"class {{}}(Base):\n    def request(self, {types}) -> Tuple[int, bytes, Stream]:\n        path = url.path\n"
    )
    cookies = """\
        if path == '/login':
            return 303, headers, None
        return 200, headers, stream
"""
    handled = """\
        scheme, host, port = url.parts
        query = url.query.decode('ascii')
        request = Request(method, f'{scheme}://{host}:{port}?{query}', dict(headers or ()))
        return self.handler(path), headers, stream
"""
    others = {
        f"{n}.py": f"class Transport(Base):\n    def request(self, *args):\n        return {n}, args, read(args[{n}])\n"
        for n in range(3)
    }
    old = {"cookies.py": begin.format("CookieTransport") + cookies, "all.py": ""}
    new = {"cookies.py": "", "all.py": begin.format("Transport") + handled}
    alone = ways(old, new)
    assert alone["cookies.py::CookieTransport"] == "all.py::Transport"
    assert ways({**old, **others}, {**new, **dict.fromkeys(others, "")}) == {}


def test_a_class_of_edited_members_is_never_quite_sure() -> None:
    old = inside("Reader", READ, SPLIT, WIDEN)
    new = old.replace("class Reader", "class Parser")
    assert went({"m.py": old}, {"m.py": new})["m.py::Reader"] == ("m.py::Parser", 1.0)
    edited = new.replace("found.append(line.rstrip())", "found.append(line)")
    (told,) = [child for child in children_of({"m.py": old}, {"m.py": edited}) if child["address"] == "m.py::Reader"]
    assert told["new_address"] == "m.py::Parser"
    assert told["confidence"] <= 0.92


def test_a_constructor_is_that_of_its_class() -> None:
    pytest.importorskip("tree_sitter_java")

    def owner(name: str, *, whole: bool) -> str:
        made = f"""\
    {name}(Path home, int limit) {{
        this.home = home.resolve("settings.xml");
        this.limit = limit;
        this.reader = new Reader(this.home, Charset.defaultCharset());
        log.debug("reads {{}}", this.home);
    }}
"""
        return f"class {name} {{\n{made if whole else ''}    int size() {{\n        return limit;\n    }}\n}}\n"

    old = {"Settings.java": owner("Settings", whole=True), "Mirror.java": owner("Mirror", whole=False)}
    new = {"Settings.java": owner("Settings", whole=False), "Mirror.java": owner("Mirror", whole=True)}
    assert ways(old, new) == {}
    renamed = {"Settings.java": owner("Settings", whole=True).replace("Settings", "Options")}
    assert ways({"Settings.java": old["Settings.java"]}, renamed)["Settings.java::Settings"] == "Settings.java::Options"


def test_a_small_class_goes_on_under_the_name_that_its_alias_stands_for() -> None:
    old = 'class ClientTimeout(ClientError):\n    """Client timeout."""\n'
    new = 'class ServerTimeout(ServerError, TimeoutError):\n    """Server timed out."""\n'
    assert ways({"m.py": old + READ}, {"m.py": new + READ}) == {}
    told = went({"m.py": old + READ}, {"m.py": f"{new}{READ}ClientTimeout = ServerTimeout\n"})
    assert told == {"m.py::ClientTimeout": ("m.py::ServerTimeout", 0.8)}


def test_the_name_of_its_class_may_go_into_that_of_a_function() -> None:
    asserts = "        self.assertEqual(200, one.status)\n        self.assertEqual('OK', one.reason)\n"
    method = "    def test_made(self):\n        one = {}()\n" + asserts + "        self.assertIsNone(one.body)\n"
    old = f"class TestResponse(TestCase):\n{method.format('Response')}\n\n{WIDEN}"
    new = f"{WIDEN}def test_{{}}_made():\n    one = Response()\n"
    new += "    assert 200 == one.status\n    assert 'OK' == one.reason\n"
    assert ways({"m.py": old}, {"m.py": new.format("response")}) == {
        "m.py::TestResponse.test_made": "m.py::test_response_made"
    }
    assert ways({"m.py": old}, {"m.py": new.format("any")}) == {}


@pytest.mark.parametrize("path", LABELS, ids=lambda path: path.stem)
def test_labels_name_commits_that_were_looked_at(path: Path) -> None:
    """`benchmarks/renames.py` reads them; their repositories are no part of this one."""
    labels = json.loads(path.read_text(encoding="utf-8"))
    assert len(labels["commits"]) == len(set(labels["commits"])) >= 6
    ends = [(row[end]["path"], row[end]["qualified_name"]) for row in labels["rows"] for end in ("before", "after")]
    assert all(path and name for path, name in ends)
    assert {row["commit"] for row in (*labels["rows"], *labels["maybe"])} <= set(labels["commits"])


def test_subjects_differ_also_where_a_literal_is_the_same() -> None:
    create = (
        "def test_create_user(client):\n    r = client.post('/users', json={'name': 'a'})\n    assert r.status == 201\n"
    )
    create += "    assert r.json()['name'] == 'a'\n"
    upload = create.replace("create_user", "upload_image").replace("users", "images").replace("'a'", "'b'")
    assert not any("new_address" in op for op in children_of({"test_a.py": create}, {"test_a.py": upload}))


def test_a_value_that_says_anything_may_have_another_name_in_its_place() -> None:
    def told(old: str, new: str) -> dict[str, Any]:
        head = "class Colour(Enum):\n    GREY = 'x'\n"
        rows = children_of({"m.py": head + old + "    GREEN = 'g'\n"}, {"m.py": head + new + "    GREEN = 'g'\n"})
        return {op["address"]: op["confidence"] for op in rows if "new_address" in op}

    assert told("    RED = 'r'\n", "    CRIMSON = 'r'\n") == {"m.py::Colour.RED": 0.75}
    for old, new in (
        ("    RED = 1\n", "    CRIMSON = 1\n"),  # stands everywhere
        ("    RED = auto()\n", "    CRIMSON = auto()\n"),
        ("    RED = 'r'\n", "    CRIMSON = 'c'\n"),
        ("    RED = 'r'\n", "    CRIMSON = 'r'\n    SCARLET = 'r'\n"),  # which of them
    ):
        assert told(old, new) == {}, new


def test_a_class_without_functions_may_have_another_name_in_its_place() -> None:
    def told(path: str, old: str, new: str) -> dict[str, str]:
        asked = {".museignore": '[domain.code]\nlanguages = ["yaml"]\n'}
        rows = children_of({path: old, **asked}, {path: new, **asked})
        assert {op["op"] for op in rows} <= {"replace", "delete", "insert"}
        return {op["address"].split("::")[1]: op["new_address"].split("::")[1] for op in rows if "new_address" in op}

    rules = "p { margin: 0 }\n%s { color: red }\na { color: blue }\n"
    assert told("a.css", rules % ".btn", rules % ".button") == {".btn": ".button"}
    jobs = "jobs:\n  %s:\n    runs-on: linux\n  test:\n    runs-on: mac\n"
    assert told("a.yaml", jobs % "build", jobs % "compile") == {"jobs.build": "jobs.compile"}
    text = "# A\n\n## %s\n\nDo it.\n\n## Use\n\nGo.\n"
    assert told("a.md", text % "Install", text % "Setting up") == {"A.Install": "A.Setting up"}
    for old, new in (
        (".a { color: red }\n.b { margin: 0 }\n", ".b { margin: 0 }\n.c { color: red }\n"),  # another place
        (".a { color: red }\n", ".b { color: blue }\n"),  # says something else
        (".a { color: red }\n", ".b { color: red }\n.c { color: red }\n"),  # which of them
        (".a { }\n", ".b { }\n"),  # says nothing
    ):
        assert told("a.css", old, new) == {}, new
    held = "class %s(val a: Int)\n"
    assert told("a.kt", held % "One", held % "Two") == {"One": "Two"}
    for path, text in (
        ("a.kt", "open class %s\n"),  # words of the grammar alone, which every class may have
        ("a.ts", "export abstract class %s {}\n"),
        ("A.java", "public final class %s { }\n"),
        ("a.rs", "pub struct %s;\n"),
        ("a.py", "class %s:\n    pass\n"),
        ("a.py", "class %s:\n    a = 1\n    b = 2\n"),  # Python's row says so
    ):
        assert told(path, text % "One", text % "Two") == {}, path
