"""Bad scenario files: one line with file, line, key, fault and remedy, whatever is wrong."""

from pathlib import Path

import pytest

from nqpf.model.errors import InputError
from nqpf.model.scenario import Scenario

HEAD = 'name = "mine"\nbase = "china"\n'
RULE = '[[policy]]\nlever = "equity_integration"\nvalue = 0.6\n'
CHOICE = "[[policy]]\nlever = 'targeting_rule'\nvalue = 'related'\n"
YEAR = "[[policy]]\nlever = 'switch_year'\nvalue = 'never'\n"

FAULTS = {
    "broken": ("name = \n", 1, "not TOML", "quotes"),
    "unclosed": ('name = "mine', 1, "not TOML", "key = value"),
    "no equals": (HEAD + "quarters 48\n", 3, "not TOML", "key = value"),
    "twice": (HEAD + "seed = 1\nseed = 2\n", 4, "not TOML", "remove one"),
    "no name": ('base = "china"\n', None, "name: is missing", "add it"),
    "empty name": ('name = " "\nbase = "china"\n', 1, "name", "1 to 100"),
    "name of two lines": ('name = "a\\nb"\nbase = "china"\n', 1, "name", "one line"),
    "no base": ('name = "mine"\n', None, "base: is missing", 'base = "china"'),
    "unknown base": ('name = "mine"\nbase = "chnia"\n', 2, "base", "did you mean 'china'?"),
    "base is a number": ('name = "mine"\nbase = 4\n', 2, "base: 4 is not text", "quotes"),
    "base is itself": ('name = "mine"\nbase = "mine.toml"\n', 2, "a base that includes itself", "name another"),
    "misspelt key": (HEAD + "quaters = 8\n", 3, "quaters: unknown key", "did you mean 'quarters'?"),
    "misspelt name": ('nam = "mine"\nbase = "china"\n', 1, "nam: unknown key", "did you mean 'name'?"),
    "strange key": (HEAD + "[weather]\nrain = 1\n", 3, "weather: unknown key", "known here: name"),
    "title": (HEAD + 'title = { en = "x", fr = "y" }\n', 3, "title.fr: unknown key", "known here: en, zh"),
    "title is a number": (HEAD + "title = 3\n", 3, "title", "table"),
    "quarters too few": (HEAD + "quarters = 0\n", 3, "quarters: 0 is out of range", "from 1 to 10,000"),
    "quarters a fraction": (HEAD + "quarters = 4.5\n", 3, "quarters: 4.5 is not a whole number", "from 1 to 10,000"),
    "quarters as text": (HEAD + 'quarters = "8"\n', 3, "quarters: '8' is not a whole number", "from 1 to 10,000"),
    "quarters a truth value": (HEAD + "quarters = true\n", 3, "quarters: True is not a whole", "from 1 to 10,000"),
    "firms too few": (HEAD + "firms = 499\n", 3, "firms: 499 is out of range", "from 500 to 5,000,000"),
    "seed too large": (HEAD + f"seed = {2**63}\n", 3, "seed", "from 0 to 9,223,372,036,854,775,807"),
    "seed of many digits": (HEAD + f"seed = {'9' * 400}\n", 3, "seed", "from 0 to"),
    "seed of too many digits": (HEAD + f"seed = {'9' * 5000}\n", None, "not TOML", "shorten"),
    "demography": (HEAD + 'demography = "cencus"\n', 3, "demography: 'cencus'", "'census' or 'frozen'"),
    "start malformed": (HEAD + 'start = "2024-Q1"\n', 3, "start: '2024-Q1' is not a quarter", "2024Q1"),
    "start a date": (HEAD + "start = 2024-01-01\n", 3, "start", "2024Q1"),
    "start without facts": (HEAD + 'start = "2015Q1"\n', 3, "start: there are no facts", "2010Q1 or 2024Q1"),
    "parameter group": (HEAD + "[parameters.migraton]\ntaste = 1.0\n", 3, "parameters.migraton", "'migration'?"),
    "parameter": (HEAD + "[parameters]\nmigration.tast = 1.0\n", 4, "parameters.migration.tast", "'taste'?"),
    "parameter range": (
        HEAD + "[parameters]\nmigration.taste = 99\n",
        4,
        "migration.taste: 99 is out",
        "from 0.1 to 6.0",
    ),
    "parameter text": (HEAD + '[parameters]\nmigration.taste = "x"\n', 4, "'x' is not a number", "from 0.1 to 6.0"),
    "parameter infinite": (HEAD + "[parameters]\nmigration.taste = inf\n", 4, "inf is out of range", "from 0.1"),
    "parameter not a number": (HEAD + "[parameters]\nmigration.taste = nan\n", 4, "nan is out of range", "from 0.1"),
    "parameter huge": (HEAD + f"[parameters]\nmigration.taste = {'9' * 400}\n", 4, "migration.taste", "from 0.1"),
    "parameter quoted": (HEAD + '[parameters]\n"migration.taste" = 1.0\n', 4, "migration.taste", "without quotes"),
    "group as a number": (
        HEAD + "[parameters]\nmigration = 1.0\n",
        4,
        "migration: 1.0 is not a table",
        "migration = { key = value }",
    ),
    "parameters as a number": (HEAD + "parameters = 1\n", 3, "parameters: 1 is not a table", "{ key = value }"),
    "policy as a table": (HEAD + "[policy]\nlever = 'x'\n", 3, "not a list of tables", "[[policy]]"),
    "lever unknown": (HEAD + RULE.replace("equity", "equty"), 4, "policy.lever", "did you mean 'equity_integration'?"),
    "lever missing": (HEAD + "[[policy]]\nvalue = 1\n", 3, "policy.lever: is missing", "add it"),
    "lever value": (HEAD + RULE.replace("0.6", "6"), 5, "policy.value: 6 is out of range", "from 0 to 1"),
    "lever text": (HEAD + RULE.replace("0.6", "'a'"), 5, "policy.value: 'a' is not a number", "from 0 to 1"),
    "lever infinite": (HEAD + RULE.replace("0.6", "nan"), 5, "policy.value: nan is out of range", "from 0 to 1"),
    "choice misspelt": (HEAD + CHOICE.replace("related", "relate"), 5, "not one of the values", "'related'?"),
    "choice a number": (HEAD + CHOICE.replace("'related'", "2"), 5, "2 is not one of the values", "none, related"),
    "never misspelt": (HEAD + YEAR.replace("never", "nver"), 5, "'nver' is not a number", "0 to 30, or never"),
    "never where it is no value": (HEAD + RULE.replace("0.6", "'never'"), 5, "'never' is not a number", "from 0 to 1"),
    "ramp of a choice": (HEAD + CHOICE + "ramp = 4\n", 6, "targeting_rule changes at once", "leave ramp out"),
    "ramp to never": (HEAD + YEAR + "ramp = 4\n", 6, "switch_year changes at once", "leave ramp out"),
    "second rule": (HEAD + RULE + RULE.replace("0.6", "-1"), 8, "policy.value: -1", "from 0 to 1"),
    "rule key": (HEAD + RULE + "untill = '2030Q1'\n", 6, "policy.untill: unknown key", "'until'?"),
    "until before from": (HEAD + RULE + 'from = "2030Q1"\nuntil = "2029Q4"\n', 7, "before `from`", "exchange"),
    "from": (HEAD + RULE + "from = 2030\n", 6, "policy.from: 2030 is not a quarter", "2024Q1"),
    "ramp": (HEAD + RULE + "ramp = -1\n", 6, "policy.ramp: -1 is out of range", "from 0 to 10,000"),
    "level": (HEAD + RULE + 'where = { provence = "44" }\n', 6, "unknown level", "did you mean 'province'?"),
    "two levels": (HEAD + RULE + 'where = { province = "44", city = "110000" }\n', 6, "not one level", "second rule"),
    "where as text": (HEAD + RULE + 'where = "44"\n', 6, "policy.where", "province"),
    "id a number": (HEAD + RULE + "where = { province = 44 }\n", 6, "44 is not an id", "quotes"),
    "no id": (HEAD + RULE + "where = { province = [] }\n", 6, "not an id", "quotes"),
    "region": (HEAD + RULE + 'where = { strategy = "yangtze_belt" }\n', 6, "unknown strategy", "yangtze_economic_belt"),
    "city by name": (HEAD + RULE + 'where = { city = "Shenzhen" }\n', 6, "unknown city", "did you mean '440300'"),
    "city": (HEAD + RULE + 'where = { city = ["110000", "440301"] }\n', 6, "unknown city '440301'", "did you mean"),
    "level of a national lever": (
        HEAD + '[[policy]]\nlever = "transfer_equalisation"\nvalue = 0.6\nwhere = { province = "44" }\n',
        4,
        "cannot differ by province",
        "nation",
    ),
    "shock kind": (HEAD + '[[shock]]\nkind = "trade"\nsize = 0.1\n', 4, "unknown kind of shock 'trade'", "supply"),
    "shock misspelt": (HEAD + '[[shock]]\nkind = "foregin"\nsize = 0.1\n', 4, "unknown kind", "'foreign'?"),
    "shock size": (HEAD + '[[shock]]\nkind = "supply"\nsize = 0.95\n', 5, "shock.size: 0.95", "from 0.0 to 0.9"),
    "table": (HEAD + '[data]\ncites = "x.csv"\n', 4, "unknown table", "did you mean 'cities'?"),
    "file of a table": (HEAD + '[data]\ncities = "x.csv"\n', 4, "there is no file 'x.csv'", "this file's folder"),
    "null in a path": (HEAD + '[data]\ncities = "x\\u0000.csv"\n', 4, "there is no file", "this file's folder"),
    "far future": (
        HEAD + 'quarters = 9000\nstart = "9000Q1"\n[data]\nstart = "mine.toml"\n',
        4,
        "9,000 quarters",
        "earlier",
    ),
    "deeply nested": (HEAD + "title = " + "[" * 100_000, None, "nested too deeply", "flat"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_with_file_line_key_and_remedy(fault: str, tmp_path: Path):
    """Every fault names its file, its line where there is one, what is wrong and what to write instead."""
    text, line, what, remedy = FAULTS[fault]
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Scenario.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert what in message
    assert remedy in message
    assert "\n" not in message
    assert len(message) < 400


def test_a_file_that_is_not_text_is_refused_with_the_line(tmp_path: Path):
    """A file in another encoding names the line where UTF-8 ends."""
    path = tmp_path / "mine.toml"
    path.write_bytes('name = "mine"\ntitle = "中国"\n'.encode("gb18030"))
    with pytest.raises(InputError, match=r"mine\.toml:2: is not UTF-8 text; save the file as UTF-8"):
        Scenario.load(path)


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path):
    """What Windows editors write is read, and lines are counted right."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + "seed = 3\n").replace("\n", "\r\n").encode())
    assert Scenario.load(path).seed == 3
    path.write_bytes((HEAD + 'title = """a\nb"""\nseed = -3\n').replace("\n", "\r\n").encode())
    with pytest.raises(InputError, match=r"mine\.toml:5: seed"):
        Scenario.load(path)


@pytest.mark.parametrize("name", ["nowhere.toml", "", "x" * 5000, "a\0b", "."])
def test_a_file_that_is_not_there_is_refused(name: str):
    """Whatever stands for a scenario, what is no file gives one line with what the library has."""
    with pytest.raises(InputError, match=r"china|did you mean"):
        Scenario.load(name)


def test_the_nearest_library_name_is_offered():
    """A misspelt library name brings the right one, with or without the file's ending."""
    with pytest.raises(InputError, match="did you mean 'hukou-easing'"):
        Scenario.load("hukou-easin")
    with pytest.raises(InputError, match="did you mean 'china-2010'"):
        Scenario.load("china2010.toml")


def test_a_fault_in_a_base_is_shown_in_the_base(tmp_path: Path):
    """The file at fault is named, not the one that was asked for."""
    (tmp_path / "base.toml").write_text(HEAD + "\nseed = -1\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text('name = "mine"\nbase = "base.toml"\nseed = 1\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"base\.toml:4: seed: -1"):
        Scenario.load(tmp_path / "mine.toml")


def test_a_longer_circle_of_bases_is_found(tmp_path: Path):
    """Two files that are each other's base are refused."""
    (tmp_path / "a.toml").write_text('name = "a"\nbase = "b.toml"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('name = "b"\nbase = "./a.toml"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.toml:2: base: .*includes itself"):
        Scenario.load(tmp_path / "a.toml")


def test_a_file_is_validated_before_changes_override_it(tmp_path: Path):
    """An option does not hide a fault of the file."""
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + "seed = -1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml:3: seed"):
        Scenario.load(path, seed=1)


@pytest.mark.parametrize(
    ("setting", "text", "message"),
    [
        ("equity_integration", "2", "--set equity_integration=2: 2 is out of range; give a number from 0 to 1"),
        ("equity_integration", "high", "--set equity_integration=high: 'high' is not a number"),
        ("data_pool_scope", "national", "--set data_pool_scope=national: 'national' is not one of the values"),
        ("switch_year", "inf", "--set switch_year=inf: inf is out of range; give a number from 0 to 30, or never"),
        ("policy.equty_integration", "1", "did you mean"),
        ("migration.taste", "1", "did you mean 'parameters.migration.taste'?"),
        ("parameters.migration.taste", "99", "--set parameters.migration.taste=99: 99 is out of range"),
        ("parameters.migration", "1", "did you mean 'parameters.migration"),
        ("seed", "1.5", "--set seed=1.5: 1.5 is not a whole number"),
        ("seed", "-1", "from 0 to"),
        ("start", "2015Q1", "there are no facts for 2015Q1"),
        ("demography", "none", "'census' or 'frozen'"),
        ("name", "x", "unknown name"),
        ("", "x", "unknown name"),
    ],
)
def test_a_setting_at_fault_is_named(setting: str, text: str, message: str):
    """A fault of `--set` says which one it was."""
    with pytest.raises(InputError) as caught:
        Scenario.load("china", settings={setting: text})
    assert str(caught.value).startswith(f"--set {setting}={text}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [True, "0.5", None, [0.5], float("nan"), 10**400])
def test_a_lever_takes_only_numbers(value: object):
    """What is no finite number in range is refused by name."""
    with pytest.raises(InputError, match=r"equity_integration=.*from 0 to 1"):
        Scenario.load("china", levers={"equity_integration": value})
