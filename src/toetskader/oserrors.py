"""What the operating system refuses, in plain words of both languages."""

import errno

from toetskader.text import Text

_WORDS = {
    errno.ENOENT: Text("bestaat niet", "does not exist"),
    errno.EEXIST: Text("bestaat al", "exists already"),
    errno.ENOTDIR: Text("een deel van het pad is geen map", "a part of the path is no folder"),
    errno.EISDIR: Text("is een map", "is a folder"),
    errno.EACCES: Text("geen toegang", "no access"),
    errno.EPERM: Text("mag niet", "not permitted"),
    errno.EROFS: Text("het bestandssysteem is alleen te lezen", "the file system is read-only"),
    errno.ENOSPC: Text("de schijf is vol", "the disk is full"),
    errno.EDQUOT: Text("het quotum is op", "the quota is used up"),
    errno.ENAMETOOLONG: Text("de naam is te lang", "the name is too long"),
    errno.ELOOP: Text("een koppeling wijst naar zichzelf", "a link points to itself"),
    errno.EMFILE: Text("te veel bestanden open", "too many open files"),
}


def why(error: OSError) -> Text:
    """Say why the system refused; for what is rare, in the system's own words (English).

    Parameters: `error`, what was raised. Nothing of the path is repeated.
    """
    own = error.strerror or type(error).__name__
    return _WORDS.get(error.errno or 0, Text(own, own))
