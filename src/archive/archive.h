/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_H
#define CKPT_ARCHIVE_H
/*
 * Reading tar archives, plain or compressed, without doing any I/O.
 *
 * How it works
 *   The caller owns the bytes; the reader says which bytes it wants next. One loop drives it:
 *
 *     ckpt_archive *a = ckpt_archive_new(&options);
 *     while (ckpt_archive_next(a, &event) != CKPT_ARCHIVE_END && event.type != CKPT_ARCHIVE_ERROR)
 *         if (event.type == CKPT_ARCHIVE_NEED)
 *             ckpt_archive_feed(a, bytes, count, at_end);   // bytes of the source from
 * event.offset
 *
 *   A plain tar in a source of known size is walked with seeks: bodies nobody wants are never asked
 *   for. Everything else (compressed input, a stream of unknown length) is asked for in order,
 * once. Nothing is copied that need not be: fed bytes are borrowed, and the DATA of a wanted member
 * points into them or into the decoder's window. That is also how nesting works: the DATA of a
 * member of one reader is fed to a second reader (or, for a plain tar, the second reader gets a
 * source that is a window of the first one's).
 *
 * Members come in batches
 *   A member is a `ckpt_member` record followed by its strings. Records collect in one buffer that
 * is handed out (CKPT_ARCHIVE_MEMBERS) when it is full, before the data of a wanted member, and
 * before the end. A caller after an expensive border (JavaScript) thus takes hundreds of members
 * with one call. The reader itself keeps only the names (36 bytes and its last component for each),
 * by which repeated ones are noticed.
 *
 * Which bodies are wanted
 *   Either by patterns given beforehand (ckpt_archive_select), or, with CKPT_ARCHIVE_DECIDE, member
 * by member: every batch then holds exactly one record and ckpt_archive_accept() may be called
 * before the next ckpt_archive_next().
 *
 * Numbers never exceed 2^53, so that every language can hold them: a larger size is an error (no
 * medium holds it), a larger time or owner is counted as malformed.
 *
 * Names are data. They are never interpreted, only classified (CKPT_NAME_...).
 *
 * Ownership: the reader owns everything it points to. Pointers in an event are valid until the next
 * call of ckpt_archive_next() on the same reader.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ckpt_archive ckpt_archive;

#define CKPT_ARCHIVE_SIZE_UNKNOWN UINT64_MAX

/* Of one metadata file no more is kept, unless the options say otherwise. */
#define CKPT_ARCHIVE_MAX_KEPT (UINT64_C(1) << 24)
/* The largest max_window of the module, which has 256 MiB; other readers wait meanwhile. */
#define CKPT_ARCHIVE_MAX_WINDOW (UINT64_C(144) << 20)

/* The largest number that can be told: 2^53 - 1. */
#define CKPT_ARCHIVE_NUMBER_MAX ((UINT64_C(1) << 53) - 1)

/* Option bits. */
enum {
    CKPT_ARCHIVE_DECIDE =
        1, /* one member per batch, the caller decides with ckpt_archive_accept() */
    CKPT_ARCHIVE_SEQUENTIAL = 2, /* never ask for anything but the next bytes of the source */
    CKPT_ARCHIVE_RAW = 4         /* no members: the bytes of the decompressed source, whatever they
                                    are, as DATA of member 0 */
};

/* Limits and mode. A zero limit means the default, given in parentheses. */
struct ckpt_archive_options {
    uint64_t source_size;  /* bytes, or CKPT_ARCHIVE_SIZE_UNKNOWN (then always sequential) */
    uint32_t flags;        /* CKPT_ARCHIVE_DECIDE ... */
    uint32_t depth;        /* 0 for a file, 1 for an archive inside an archive ... */
    uint32_t max_depth;    /* (4) */
    uint32_t max_members;  /* (1 000 000) */
    uint32_t max_name;     /* bytes of one name or link target (1 MiB, as Go) */
    uint32_t max_pax;      /* bytes of one extended header (1 MiB, as Go's archive/tar) */
    uint64_t max_table;    /* bytes of all member records together (256 MiB) */
    uint64_t max_kept;     /* bytes of one member chosen by a pattern (16 MiB) */
    uint64_t max_kept_sum; /* bytes of all members chosen by patterns (64 MiB) */
    uint32_t max_ratio;    /* bytes kept by patterns / compressed bytes read (1000) */
    uint32_t ratio_floor;  /* bytes kept before the ratio counts (1 MiB) */
    uint64_t max_window;   /* bytes of a zstd window or xz dictionary (128 MiB, as zstd -d takes) */
};

/* Events. */
enum {
    CKPT_ARCHIVE_NEED = 1,   /* feed bytes: offset, length (a wish: fewer and more are both fine) */
    CKPT_ARCHIVE_MEMBERS,    /* data, length, count: records, one after the other */
    CKPT_ARCHIVE_DATA,       /* data, length: the next bytes of the wanted member `member` */
    CKPT_ARCHIVE_MEMBER_END, /* the wanted member `member` is complete */
    CKPT_ARCHIVE_PAUSE, /* nothing to do: much was decompressed without any event; call again */
    CKPT_ARCHIVE_END,   /* code: CKPT_END_...; see ckpt_archive_get_info() for what follows it */
    CKPT_ARCHIVE_ERROR, /* code, offset, have, want, message: nothing more comes */
    /* The source is compressed and this program has no decoder for it: the caller decodes, and
     * answers every NEED from now on by ckpt_archive_feed_decoded(). code: CKPT_COMPRESSION_...;
     * data, length: the first bytes of the source, which the last `have` fed bytes follow;
     * want: how much memory it may ask for to look back. */
    CKPT_ARCHIVE_DECODE
};

/* How an archive that is not broken ended. */
enum {
    CKPT_END_CLEAN = 1,    /* two blocks of zeros */
    CKPT_END_ONE_ZERO = 2, /* a single block of zeros, then nothing */
    CKPT_END_NO_MARK = 3   /* the bytes end after a member's data, without a mark */
};

/* Error codes: number, short name, never re-used. The text of an error is in the event. */
#define CKPT_ARCHIVE_ERRORS(X)                                                                     \
    X(MEMORY, 1, "memory")                        /* no memory, or the library failed inside */    \
    X(EMPTY, 10, "empty")                         /* no bytes at all */                            \
    X(SHORT, 11, "short")                         /* fewer than the 512 bytes of one header */     \
    X(NOT_TAR, 12, "not-tar")                     /* the first block is no tar header */           \
    X(UNSUPPORTED, 13, "unsupported-compression") /* known by its magic, but not decoded here */   \
    X(BAD_CHECKSUM, 20, "bad-header-checksum")    /* a later block is no tar header */             \
    X(BAD_NUMBER, 21, "bad-number")               /* a field that is no number */                  \
    X(BAD_PAX, 22, "bad-pax")                     /* malformed extended header */                  \
    X(BAD_SPARSE, 23, "bad-sparse")               /* malformed sparse map */                       \
    X(BAD_SIZE, 24, "bad-size")                   /* negative, or beyond 2^53 */                   \
    X(AFTER_ZERO, 25, "data-after-zeros")         /* after a single block of zeros */              \
    X(CUT_HEADER, 30, "truncated-header")         /* have, want: bytes of a header */              \
    X(CUT_BODY, 31, "truncated-member")           /* have, want: bytes of a member */              \
    X(CUT_EXTENSION, 32, "truncated-extension")   /* have, want: bytes of an extended header */    \
    X(CUT_STREAM, 34, "truncated-stream")         /* the compressed stream ends too early */       \
    X(CORRUPT_STREAM, 40, "corrupt-stream")       /* compressed data make no sense */              \
    X(STREAM_CHECKSUM, 41, "stream-checksum")     /* decompressed, but CRC or length differ */     \
    X(DICTIONARY, 42, "zstd-dictionary")          /* needs a dictionary nobody has */              \
    X(LIMIT_MEMBERS, 60, "limit-members")                                                          \
    X(LIMIT_NAME, 61, "limit-name")                                                                \
    X(LIMIT_PAX, 62, "limit-pax")                                                                  \
    X(LIMIT_TABLE, 63, "limit-table")                                                              \
    X(LIMIT_RATIO, 64, "limit-ratio")                                                              \
    X(LIMIT_DEPTH, 65, "limit-depth")                                                              \
    X(LIMIT_WINDOW, 66, "limit-window")                                                            \
    X(LIMIT_SPARSE, 68, "limit-sparse")

enum {
#define X(name, number, text) CKPT_ARCHIVE_E_##name = number,
    CKPT_ARCHIVE_ERRORS(X)
#undef X
};

/* Why reading stopped before the end. */
enum {
    CKPT_STOP_NOT,
    CKPT_STOP_DAMAGE,     /* the bytes are wrong, or too few */
    CKPT_STOP_LIMIT,      /* the bytes may be right: a limit of the options was met */
    CKPT_STOP_UNREADABLE, /* no tar archive, or compressed in a way that is not known here */
    CKPT_STOP_MEMORY      /* says nothing about the bytes */
};

/* Which of them an error code (CKPT_ARCHIVE_E_...) is; 0 for 0. */
uint32_t ckpt_archive_stop(uint32_t code);

/* Compressions, by magic bytes. The ones after BZIP2 are only recognised. */
enum {
    CKPT_COMPRESSION_UNKNOWN, /* not looked at yet */
    CKPT_COMPRESSION_NONE,
    CKPT_COMPRESSION_GZIP,
    CKPT_COMPRESSION_ZSTD,
    CKPT_COMPRESSION_XZ,
    CKPT_COMPRESSION_BZIP2,
    CKPT_COMPRESSION_LZ4,
    CKPT_COMPRESSION_LZIP,
    CKPT_COMPRESSION_COMPRESS
};

/* Member types. Anything unknown is FILE (POSIX) with its own type byte in `typeflag`. */
enum {
    CKPT_MEMBER_FILE = 1,
    CKPT_MEMBER_HARDLINK,
    CKPT_MEMBER_SYMLINK,
    CKPT_MEMBER_CHARACTER,
    CKPT_MEMBER_BLOCK,
    CKPT_MEMBER_DIRECTORY,
    CKPT_MEMBER_FIFO,
    CKPT_MEMBER_OTHER /* volume label, multi-volume part, ...: has no use here */
};

/* What a header looked like. */
enum { CKPT_TAR_V7 = 1, CKPT_TAR_USTAR, CKPT_TAR_GNU, CKPT_TAR_STAR };

/* `flags` of a member. */
enum {
    CKPT_MEMBER_WANTED = 1,           /* its data follow */
    CKPT_MEMBER_TOO_BIG = 2,          /* a pattern chose it, but max_kept or max_kept_sum forbid */
    CKPT_MEMBER_PAX = 4,              /* has an extended header */
    CKPT_MEMBER_LONG_NAME = 8,        /* GNU long name or link header */
    CKPT_MEMBER_SPARSE = 16,          /* `size` counts the holes, `stored_size` does not */
    CKPT_MEMBER_SIGNED_CHECKSUM = 32, /* the checksum is right only with signed bytes */
    CKPT_MEMBER_ODD_NUMBER = 64,      /* a number other than the size is malformed or beyond
                                         2^53 (taken as 0) */
    CKPT_MEMBER_BASE256 = 128,        /* a binary number field */
    CKPT_MEMBER_SIZE_IGNORED = 256    /* a link, directory or device that claims to have data */
};

/* `differ` of a member: what other readers than Go's take for something else. */
enum {
    CKPT_DIFFER_NAME = 1,   /* `other` is the name for them */
    CKPT_DIFFER_LINK = 2,   /* `other` is the target for them */
    CKPT_DIFFER_SIZE = 4,   /* other_size is the size for them, in the archive */
    CKPT_DIFFER_TYPE = 8,   /* a file for one, a directory for the other: because of a slash */
    CKPT_DIFFER_HEADER = 16 /* typeflag X: an extended header of the next member for them */
};

/* `name_flags` of a member: what is remarkable about its name or link target. */
enum {
    CKPT_NAME_EMPTY = 1,
    CKPT_NAME_ABSOLUTE = 2,   /* starts with '/' */
    CKPT_NAME_DOTDOT = 4,     /* has a component ".." */
    CKPT_NAME_CONTROL = 8,    /* C0, DEL or C1 control characters */
    CKPT_NAME_NUL = 16,       /* a NUL byte (possible only in extended headers) */
    CKPT_NAME_DRIVE = 32,     /* starts like C: */
    CKPT_NAME_BACKSLASH = 64, /* has a backslash: a separator on some systems */
    CKPT_NAME_NOT_UTF8 = 128,
    CKPT_NAME_BIDI = 256,       /* characters that change the direction of text */
    CKPT_NAME_SEEN = 512,       /* a member of the same path came before */
    CKPT_NAME_DOT_SLASH = 1024, /* started with "./" */
    CKPT_NAME_UNCLEAN = 2048,   /* "//" or "/./" inside, or "/." at the end */
    CKPT_NAME_LINK_ABSOLUTE = 1 << 16,
    CKPT_NAME_LINK_OUTSIDE = 1 << 17, /* the target lies outside the archive's own tree */
    CKPT_NAME_LINK_CONTROL = 1 << 18,
    CKPT_NAME_LINK_EMPTY = 1 << 19 /* a link without a target */
};

/*
 * One member. Offsets are in the tar, that is, after the decompressor. The record is followed by
 * name, link target, user name, group name, extended attributes, the name (or target) that other
 * readers take, and the clean name, without separators, and filled up to a multiple of 8 bytes:
 * `record_size` leads to the next one. An extended attribute is {u32 key length, u32 value length,
 * u32 encoding, key, value}, not aligned; encoding 1 means libarchive's (percent-encoded key,
 * base64 value), 0 plain bytes. The table is also published as JSON (ckpt_archive_layout) for
 * readers in other languages.
 */
#define CKPT_MEMBER_FIELDS(X)                                                                      \
    X(uint32_t, record_size)   /* bytes to the next record */                                      \
    X(uint32_t, index)         /* 0, 1, 2 ... in the archive */                                    \
    X(uint64_t, header_offset) /* of the first header that belongs to it */                        \
    X(uint64_t, data_offset)                                                                       \
    X(uint64_t, size)        /* of the content */                                                  \
    X(uint64_t, stored_size) /* of the bytes in the archive */                                     \
    X(int64_t, mtime)        /* seconds since 1970 */                                              \
    X(int64_t, uid)                                                                                \
    X(int64_t, gid)                                                                                \
    X(uint64_t, other_size) /* CKPT_DIFFER_SIZE */                                                 \
    X(uint32_t, mtime_nsec) /* 0 ... 999999999, counts forward */                                  \
    X(uint32_t, mode)       /* as written: mask with 07777, Podman adds file type bits */          \
    X(uint32_t, dev_major)                                                                         \
    X(uint32_t, dev_minor)                                                                         \
    X(uint32_t, type)     /* CKPT_MEMBER_FILE ... */                                               \
    X(uint32_t, typeflag) /* the byte in the header */                                             \
    X(uint32_t, dialect)  /* CKPT_TAR_... */                                                       \
    X(uint32_t, flags)                                                                             \
    X(uint32_t, name_flags)                                                                        \
    X(uint32_t, name_length)                                                                       \
    X(uint32_t, normal_start)  /* the name without "./", "//" and trailing "/", as engines make */ \
    X(uint32_t, normal_length) /* it; ".." stays, and is flagged. That many bytes, from */         \
    /* there on after the start of the name: in it, or the clean name */                           \
    X(uint32_t, link_length)                                                                       \
    X(uint32_t, uname_length)                                                                      \
    X(uint32_t, gname_length)                                                                      \
    X(uint32_t, xattr_count)                                                                       \
    X(uint32_t, xattr_length) /* bytes of all of them */                                           \
    X(uint32_t, differ)       /* CKPT_DIFFER_... */                                                \
    X(uint32_t, other_length) /* CKPT_DIFFER_NAME, _LINK */                                        \
    X(uint32_t, clean_length) /* CKPT_NAME_UNCLEAN */

struct ckpt_member {
#define X(type, name) type name;
    CKPT_MEMBER_FIELDS(X)
#undef X
};

/* A record with its texts. */
struct ckpt_member_parts {
    struct ckpt_member record;
    const char *name, *link; /* record.name_length, link_length bytes */
    const uint8_t *xattrs;
    const char *other;
};

/* Takes the next of `*left` bytes of records at `*at`. False at the end, and at a record that does
   not fit its own lengths. */
bool ckpt_member_next(const uint8_t **at, size_t *left, struct ckpt_member_parts *parts);

#define CKPT_ARCHIVE_EVENT_FIELDS(X)                                                               \
    X(uint32_t, type)                                                                              \
    X(uint32_t, code)                                                                              \
    X(uint64_t, offset) /* NEED: in the source. ERROR: in the tar, or in the source if the */      \
                        /* compressed stream is at fault */                                        \
    X(uint64_t, length) /* NEED, MEMBERS, DATA */                                                  \
    X(uint64_t, have)                                                                              \
    X(uint64_t, want)                                                                              \
    X(uint32_t, count)  /* MEMBERS: records */                                                     \
    X(uint32_t, member) /* DATA, MEMBER_END; ERROR: index of the member it concerns, or ~0 */

struct ckpt_archive_event {
#define X(type, name) type name;
    CKPT_ARCHIVE_EVENT_FIELDS(X)
#undef X
    const uint8_t *data; /* MEMBERS, DATA */
    const char *message; /* ERROR: one English sentence, names escaped, NUL-terminated */
    uint32_t message_length;
};

/* What is known about the whole; may be asked at any time. */
#define CKPT_ARCHIVE_INFO_FIELDS(X)                                                                \
    X(uint64_t, source_read)      /* position in the source up to which bytes were used */         \
    X(uint64_t, tar_read)         /* position in the tar */                                        \
    X(uint64_t, kept)             /* bytes given out for members chosen by patterns */             \
    X(uint64_t, end_offset)       /* in the tar: after the end mark */                             \
    X(uint64_t, trailing)         /* bytes after the end mark (plain tar: from the source size) */ \
    X(uint64_t, trailing_seen)    /* of these, looked at */                                        \
    X(uint64_t, trailing_nonzero) /* of these, not zero */                                         \
    X(uint64_t, trailing_first)   /* offset in the tar of the first that is not zero */            \
    X(uint64_t, garbage_offset)   /* in the source: bytes after the compressed stream, or ~0 */    \
    X(uint64_t, window)           /* largest window met of zstd, or memory for one of xz */        \
    X(uint32_t, compression)      /* CKPT_COMPRESSION_... */                                       \
    X(uint32_t, skippable)        /* 1: of zstd, and a skippable frame stands first */             \
    X(uint32_t, members)                                                                           \
    X(uint32_t, streams)        /* gzip members, zstd frames, xz or bzip2 streams completed */     \
    X(uint32_t, global_headers) /* PAX global headers */                                           \
    X(uint32_t, global_ignored) /* of their records, path, linkpath and size, which no one sane */ \
                                /* writes and readers treat differently; not applied */            \
    X(uint32_t, end)            /* CKPT_END_..., 0 before the end */                               \
    X(uint32_t, error)          /* CKPT_ARCHIVE_E_..., 0 if there is none; tar_read and */         \
                                /* source_read say how far reading came */                         \
    X(uint32_t, stop)           /* CKPT_STOP_... */                                                \
    X(uint32_t, stopped_in)     /* index of the member whose data are not whole, or ~0 */

struct ckpt_archive_info {
#define X(type, name) type name;
    CKPT_ARCHIVE_INFO_FIELDS(X)
#undef X
};

/* What a CKPT_COMPRESSION_... is called: "none", "gzip" …, "unknown". */
const char *ckpt_compression_name(uint32_t compression);

/* Makes a reader. `options` NULL: defaults and unknown size. NULL: no memory. */
ckpt_archive *ckpt_archive_new(const struct ckpt_archive_options *options);

/* Releases the reader and everything it gave out. NULL is allowed. */
void ckpt_archive_free(ckpt_archive *archive);

/*
 * Choose members whose data are given out: regular files whose name (without leading "./") is
 * `pattern`, or starts with what stands before a final '*'. Call before the first
 * ckpt_archive_next(). `max_size`: larger members are only listed (0: options.max_kept). Returns 1,
 * or 0 without memory.
 */
bool ckpt_archive_select(ckpt_archive *archive, const char *pattern, size_t length,
                         uint64_t max_size);

/* Runs until something is to be told. Fills `event` and returns its type. */
uint32_t ckpt_archive_next(ckpt_archive *archive, struct ckpt_archive_event *event);

/*
 * Answers CKPT_ARCHIVE_NEED with bytes of the source, starting at the event's offset. They are
 * borrowed until the next NEED, END or ERROR. `at_end`: the source has no byte after these (also
 * for length 0); with a known size it need not be said.
 */
void ckpt_archive_feed(ckpt_archive *archive, const uint8_t *bytes, size_t length, bool at_end);

/* How far a decoder came. Plain data: it is handed from one WebAssembly module to another. */
#define CKPT_DECODER_STATE_FIELDS(X)                                                               \
    X(uint64_t, source_read)    /* bytes used of the source */                                     \
    X(uint64_t, window)         /* largest memory asked for to look back, the refused included */  \
    X(uint64_t, garbage_offset) /* in the source: what follows the last stream and is none; or ~0  \
                                 */                                                                \
    X(uint32_t, streams)        /* complete ones */                                                \
    X(uint32_t, code)           /* 0, or what went wrong: CKPT_ARCHIVE_E_... */                    \
    X(uint32_t, problem)        /* details, see decoder.h */                                       \
    X(uint32_t, ended)          /* 1: no output follows */

struct ckpt_decoder_state {
#define X(type, name) type name;
    CKPT_DECODER_STATE_FIELDS(X)
#undef X
};

/*
 * After CKPT_ARCHIVE_DECODE: answers CKPT_ARCHIVE_NEED with the next bytes of the decoded source,
 * whatever the event's offset and length, and tells how far the decoder came. Without bytes, the
 * state must have a code or be ended. The bytes are borrowed as in ckpt_archive_feed().
 */
void ckpt_archive_feed_decoded(ckpt_archive *archive, const uint8_t *bytes, size_t length,
                               const struct ckpt_decoder_state *state);

/* With CKPT_ARCHIVE_DECIDE, after MEMBERS: give out the data of that member. */
void ckpt_archive_accept(ckpt_archive *archive);

/* Nobody wants the rest of the present member's data: neither DATA nor MEMBER_END follow for it. */
void ckpt_archive_skip(ckpt_archive *archive);

/* Copies the facts known so far. */
void ckpt_archive_get_info(const ckpt_archive *archive, struct ckpt_archive_info *info);

/*
 * The tables above as JSON, for readers in other languages: {"member":{"size":136,"fields":
 * {"record_size":[0,"uint32_t"],...}},"event":...,"info":...,"options":...,"events":{"need":1,...},
 * "types":...,"flags":...,"nameFlags":...,"errors":{"12":"not-tar",...}}. Writes at most `room`
 * bytes, returns the length (call with room 0 to learn it). Not NUL-terminated.
 */
size_t ckpt_archive_layout(char *text, size_t room);

#ifdef __cplusplus
}
#endif
#endif
