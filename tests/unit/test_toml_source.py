"""Lines of keys in TOML files."""

from nqpf.model.toml_source import key_lines

TEXT = '''\
# a comment with name = "no"
name = "x"  # [not.a.table]
text = """
[neither] = 1
""""
dotted.key = 1
"quoted.key" = 'a = b'
list = [
  1, # one
  { a = 2, b = [3] },
]

[table]
k = 2024-01-01 10:00:00
[table.sub."x y"]
k = 1

[[rule]]
value = 1
where = { province = "44" }

[[rule]]
value = 2
[rule.more]
deep = "\\"]"
[[rule.step]]
n = 1
[[rule.step]]
n = 2
'''


def test_every_kind_of_key_is_found_on_its_line():
    """Comments, texts of several lines, dotted and quoted keys, lists and lists of tables do not mislead."""
    lines = key_lines(TEXT)
    expected = {
        ("name",): 2,
        ("text",): 3,
        ("dotted",): 6,
        ("dotted", "key"): 6,
        ("quoted.key",): 7,
        ("list",): 8,
        ("list", 0): 9,
        ("list", 1, "a"): 10,
        ("list", 1, "b", 0): 10,
        ("table",): 13,
        ("table", "k"): 14,
        ("table", "sub", "x y"): 15,
        ("table", "sub", "x y", "k"): 16,
        ("rule", 0): 18,
        ("rule", 0, "value"): 19,
        ("rule", 0, "where", "province"): 20,
        ("rule", 1): 22,
        ("rule", 1, "value"): 23,
        ("rule", 1, "more"): 24,
        ("rule", 1, "more", "deep"): 25,
        ("rule", 1, "step", 0, "n"): 27,
        ("rule", 1, "step", 1): 28,
        ("rule", 1, "step", 1, "n"): 29,
    }
    assert {key: lines.get(key) for key in expected} == expected
