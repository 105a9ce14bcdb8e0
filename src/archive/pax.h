/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_PAX_H
#define CKPT_ARCHIVE_PAX_H
/* Extended headers (POSIX pax): "LENGTH KEY=VALUE\n" records. */
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *bytes;
    size_t length;
} ckpt_text;

enum {
    CKPT_PAX_PATH = 1,
    CKPT_PAX_LINK = 2,
    CKPT_PAX_SIZE = 4,
    CKPT_PAX_MTIME = 8,
    CKPT_PAX_UID = 16,
    CKPT_PAX_GID = 32,
    CKPT_PAX_UNAME = 64,
    CKPT_PAX_GNAME = 128,
    CKPT_PAX_SPARSE = 256, /* any GNU.sparse record */
    CKPT_PAX_SPARSE_NAME = 512,
    CKPT_PAX_SPARSE_SIZE = 1024
};

/* The records that matter. Texts point into the header. */
typedef struct {
    uint32_t present; /* CKPT_PAX_... */
    uint32_t sparse_major, sparse_minor;
    ckpt_text path, link, uname, gname, sparse_name, sparse_map;
    uint64_t size, sparse_size;
    int64_t mtime, uid, gid;
    uint32_t mtime_nsec;
    uint32_t xattr_count, xattr_length; /* as stored in a member record */
    uint32_t sparse_pairs;              /* number of GNU.sparse.offset records (version 0.0) */
} ckpt_pax;

/* Next record from *position on. 1, 0 at the end, -1 if malformed. */
int ckpt_pax_next(const uint8_t *bytes, size_t length, size_t *position, ckpt_text *key,
                  ckpt_text *value);

/* Reads a whole header. 0, or CKPT_ARCHIVE_E_BAD_PAX, _BAD_SIZE; *bad: the key at fault, if any. */
int ckpt_pax_read(ckpt_pax *pax, const uint8_t *bytes, size_t length, ckpt_text *bad);

/*
 * Is this record an extended attribute, and which? Both star's and libarchive's spelling are known;
 * most writers of the second write the first as well, so the second counts only if there is no
 * first. Returns 0, 1 (plain) or 2 (libarchive's encoding); *name is the attribute's name.
 */
int ckpt_pax_xattr(const ckpt_text *key, ckpt_text *name);

/* Decimal digits only, at most CKPT_ARCHIVE_NUMBER_MAX. 0 on success. */
int ckpt_pax_decimal(const ckpt_text *text, uint64_t *value);

#endif
