/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_PAX_H
#define CKPT_ARCHIVE_PAX_H
/* Extended headers (POSIX pax), "LENGTH KEY=VALUE\n" records, read as Go's archive/tar does. */
#include "tar_header.h"

/* The records that matter: name here, key. */
#define CKPT_PAX_KEYS(X)                                                                           \
    X(PATH, "path")                                                                                \
    X(LINK, "linkpath")                                                                            \
    X(UNAME, "uname")                                                                              \
    X(GNAME, "gname")                                                                              \
    X(SIZE, "size")                                                                                \
    X(UID, "uid")                                                                                  \
    X(GID, "gid")                                                                                  \
    X(MTIME, "mtime")                                                                              \
    X(ATIME, "atime")                                                                              \
    X(CTIME, "ctime")                                                                              \
    X(SPARSE_MAJOR, "GNU.sparse.major")                                                            \
    X(SPARSE_MINOR, "GNU.sparse.minor")                                                            \
    X(SPARSE_NAME, "GNU.sparse.name")                                                              \
    X(SPARSE_SIZE, "GNU.sparse.size")                                                              \
    X(SPARSE_REALSIZE, "GNU.sparse.realsize")                                                      \
    X(SPARSE_NUMBLOCKS, "GNU.sparse.numblocks")                                                    \
    X(SPARSE_MAP, "GNU.sparse.map")                                                                \
    X(SPARSE_OFFSET, "GNU.sparse.offset")                                                          \
    X(SPARSE_NUMBYTES, "GNU.sparse.numbytes")

enum ckpt_pax_key {
#define X(name, key) CKPT_PAX_##name,
    CKPT_PAX_KEYS(X)
#undef X
        CKPT_PAX_KEY_COUNT
};

struct ckpt_pax {
    struct ckpt_span value[CKPT_PAX_KEY_COUNT]; /* of the last record; into the header */
    uint32_t seen;                              /* bit 1 << key: there was such a record */
    uint32_t pairs;                             /* numbers in offset and numbytes records */
    uint32_t xattr_count, xattr_length;         /* as stored in a member record */
    bool star_xattrs;                           /* some are spelt as star does */
    /* Set by ckpt_pax_numbers(). */
    int64_t size, mtime, uid, gid;
    uint32_t mtime_nsec;
    bool odd_number; /* one of them but the size is beyond 2^53, and taken as 0 */
};

/* Next record from *position on. 1, 0 at the end, -1 if malformed (Go: parsePAXRecord). */
int ckpt_pax_next(struct ckpt_span header, size_t *position, struct ckpt_span *key,
                  struct ckpt_span *value);

/* Reads a whole header (Go: parsePAX). False: malformed. */
bool ckpt_pax_read(struct ckpt_pax *pax, struct ckpt_span header);

/* Reads the numbers among the values that count (Go: mergePAX). NULL, or the key of one that is no
   number. */
const char *ckpt_pax_numbers(struct ckpt_pax *pax);

/* Whether the value counts: an empty one leaves what the tar header says. */
bool ckpt_pax_has(const struct ckpt_pax *pax, enum ckpt_pax_key key);

/*
 * Is this record an extended attribute, and which? Both star's and libarchive's spelling are known;
 * most writers of the second write the first as well, so the second counts only if there is no
 * first. Returns 0, 1 (plain) or 2 (libarchive's encoding); *name is the attribute's name.
 */
int ckpt_pax_xattr(struct ckpt_span key, struct ckpt_span *name);

/* A decimal number, with or without a sign (Go: strconv.ParseInt with base 10). */
bool ckpt_pax_integer(struct ckpt_span text, int64_t *value);

/* Whether two texts are the same. */
bool ckpt_span_equal(struct ckpt_span a, struct ckpt_span b);

#endif
