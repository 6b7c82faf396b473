"""What the functions of templates do with what they are given, for as far as that bears on what decides.

Helm gives templates the functions of Go, of Sprig and some of its own (helm.sh, "Template function list", Helm 4).
Nothing declares whether one compares, chooses or only rewrites its arguments: so it is written down here, by that
list. A function that is in none of these is taken for the worst where that can be: in a condition, for one that
compares; given a template's whole context, for one that looks into all of it. Where a list is what makes something a
decision (`COMPARES`, `CHOOSES`, `EMPTIES`, `CLOCK`, `CHANCE`), a function that Helm adds belongs in it when it does so.
"""

import re

CLOCK = frozenset({"now", "ago", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone"})
"""Functions that give the time, or write a time that may be left out and is then the present one."""

CHANCE = re.compile(r"rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|bcrypt|htpasswd|encryptAES")
"""Functions that give something else each time. A pattern, as Sprig names what draws and generates alike."""

COMPARES = frozenset(
    [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "has",
        "hasKey",
        "contains",
        "hasPrefix",
        "hasSuffix",
        "regexMatch",
        "mustRegexMatch",
        "semverCompare",
        "empty",
        "any",
        "all",
        "deepEqual",
        "regexFind",
        "mustRegexFind",
        "regexFindAll",
        "regexSplit",
        "mod",
        "until",
        "untilStep",
        "seq",
        "len",
    ]
)
"""Functions whose outcome tells what something is: it was made from a value, and now decides by it."""

CHANGES_IN_PLACE = frozenset({"set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"})
"""Functions that change the mapping that they are given."""

CHOOSES = {
    "index": slice(1, None),
    "slice": slice(1, None),
    "get": slice(1, None),
    "dig": slice(0, -1),
    "until": slice(0, None),
    "untilStep": slice(0, None),
    "seq": slice(0, None),
    "substr": slice(0, 2),
    "trunc": slice(0, 1),
}
"""Functions that take a part of something → the arguments that say which part."""

ASSEMBLES = frozenset(
    [
        "printf",
        "print",
        "println",
        "cat",
        "join",
        "replace",
        "b64dec",
        "b32dec",
        "trimAll",
        "trimPrefix",
        "trimSuffix",
        "trunc",
        "substr",
        "nospace",
        "repeat",
        "regexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAll",
        "fromJson",
        "fromYaml",
        "list",
        "dict",
        "initials",
        "swapcase",
    ]
)
"""Functions that put a text together, so that no word of it need stand anywhere."""

EMPTIES = frozenset(
    [
        "replace",
        "regexReplaceAll",
        "regexReplaceAllLiteral",
        "mustRegexReplaceAll",
        "trimPrefix",
        "trimSuffix",
        "trimAll",
        "omit",
        "pick",
        "without",
        "first",
        "last",
        "rest",
        "initial",
        "substr",
        "slice",
        "repeat",
        "indent",
        "int",
        "int64",
        "float64",
        "atoi",
        "max",
        "min",
        "sub",
        "mul",
        "div",
        "randInt",
    ]
)
"""Functions that make nothing, or 0, of something: whether anything is left is a comparison."""

KEEPS_CONTENT = frozenset(
    [
        "printf",
        "print",
        "println",
        "quote",
        "squote",
        "toString",
        "lower",
        "upper",
        "title",
        "trim",
        "b64enc",
        "b64dec",
        "sha256sum",
        "default",
        "coalesce",
        "dict",
        "list",
        "tpl",
        "include",
        "toYaml",
        "toJson",
        "fromYaml",
        "fromJson",
        "indent",
        "nindent",
        "cat",
        "set",
        "merge",
        "ternary",
        "date",
        "now",
        "lookup",
        "concat",
        "join",
        "not",
        "and",
        "or",
        "get",
        "index",
        "dig",
        "int",
        "int64",
        "required",
        "pick",
        "omit",
        "deepCopy",
        "kebabcase",
        "snakecase",
        "camelcase",
        "trunc",
        "trimSuffix",
        "replace",
        "first",
        "last",
        "append",
        "regexReplaceAll",
        "getHostByName",
        "htmlDate",
        "ago",
        "unixEpoch",
        "toDate",
    ]
)
"""Functions whose value is there when what it is made from is."""

HOLDS_WHOLE = frozenset(
    [
        "dict",
        "list",
        "set",
        "merge",
        "mergeOverwrite",
        "mustMerge",
        "mustMergeOverwrite",
        "default",
        "coalesce",
        "ternary",
        "include",
        "tpl",
        "and",
        "or",
        "not",
        "deepCopy",
        "tuple",
        "append",
        "omit",
        "pick",
        "kindOf",
        "kindIs",
        "typeOf",
        "required",
        "lookup",
        "hasKey",
        "empty",
    ]
)
"""Functions that hand on a template's whole context without looking into it."""

HANDS_ON = HOLDS_WHOLE | {
    "toYaml",
    "toJson",
    "toPrettyJson",
    "toString",
    "quote",
    "squote",
    "indent",
    "nindent",
    "trim",
    "get",
    "index",
    "dig",
    "fromYaml",
    "fromJson",
}
"""Functions after which a text still stands somewhere as it is."""
