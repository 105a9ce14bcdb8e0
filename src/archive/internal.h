/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_INTERNAL_H
#define CKPT_ARCHIVE_INTERNAL_H
/*
 * The parts of the reader, and how they stack:
 *
 *   source.c   fed bytes -> magic -> decoder -> slices of the tar          ckpt_source_...
 *   member.c   header blocks and what extends them -> one member           ckpt_member_...
 *   sparse.c   stored bytes of a sparse member -> its content              ckpt_sparse_...
 *   record.c   a member -> a record in the batch                           ckpt_record_...
 *   walk.c     the state machine that ties them together; events
 *   archive.c  the object: options, errors
 */
#include "archive.h"
#include "decoder.h"
#include "gzip.h"
#include "magic.h"
#include "names.h"
#include "paths.h"
#include "pax.h"
#include "tar_header.h"
#include "unzstd.h"

#include "mem/buffer.h"
#include "text/message.h"

/* Results of the parts. */
enum ckpt_step {
    CKPT_STEP_OK,
    CKPT_STEP_MORE /* input is needed */,
    CKPT_STEP_ENDED /* there is no more */,
    CKPT_STEP_FAILED
};

struct ckpt_extent {
    uint64_t offset, length;
};

enum { CKPT_SPARSE_NONE, CKPT_SPARSE_OLD_GNU, CKPT_SPARSE_PAX_0, CKPT_SPARSE_PAX_1 };

struct ckpt_sparse {
    struct ckpt_buffer extents; /* of struct ckpt_extent */
    uint32_t kind;
    uint32_t current;     /* extent */
    uint64_t logical;     /* position in the content */
    uint64_t map_length;  /* bytes of the map outside of the headers */
    uint64_t numbers;     /* read of the map */
    int64_t offset;       /* the last one, if it was an offset */
    int64_t numbers_left; /* version 1.0; negative: their number itself comes next */
    const char *misfit;   /* why the stored data do not fit the map, or NULL */
    uint32_t digits_length;
    uint8_t digits[24]; /* of the number being read */
};

/* What comes after a header. */
enum ckpt_header_next {
    CKPT_NEXT_HEADER, /* another header */
    CKPT_NEXT_EXTENSION,
    CKPT_NEXT_SPARSE_BLOCK,
    CKPT_NEXT_SPARSE_MAP,
    CKPT_NEXT_MEMBER /* nothing, the member is complete */
};

/* The member being put together. Texts point into the header block, or the buffers below. */
struct ckpt_pending {
    struct ckpt_span name, link, uname, gname, other, clean;
    uint32_t differ; /* CKPT_DIFFER_...; `other` and other_size belong to it */
    uint64_t other_size;
    struct ckpt_tar_header header;
    uint64_t header_offset, data_offset, size, stored_size;
    int64_t told_size; /* as the headers say, also where there are no data */
    bool absurd;       /* a size beyond 2^53, which is given as the largest possible */
    int64_t mtime, uid, gid;
    uint32_t mtime_nsec, type, flags, name_flags, normal_start, normal_length, index;
};

struct ckpt_choice {
    char *pattern;
    size_t length;
    uint64_t max_size;
    int prefix;
};

enum { CKPT_MAX_CHOICES = 256 };

enum { CKPT_STATE_FINAL = 100 };

/* Ordered by who uses a member; one reader exists at a time, so padding does not matter. */
struct ckpt_archive { /* NOLINT(clang-analyzer-optin.performance.Padding) */
    struct ckpt_archive_options options;
    struct ckpt_archive_info info;

    /* source.c */
    const uint8_t *chunk; /* fed bytes, from source offset chunk_offset on */
    size_t chunk_length;
    size_t chunk_used; /* by the decoder */
    uint64_t chunk_offset;
    const uint8_t *later; /* fed bytes that follow the chunk, while the first bytes are replayed */
    size_t later_length;
    uint64_t need_offset, need_length;
    uint32_t read_ahead;
    bool source_ended;
    uint8_t magic[8];
    uint32_t magic_length;
    uint32_t seek;
    struct ckpt_gzip *gzip;
    ckpt_unzstd *unzstd;
    struct ckpt_decoder *decoder; /* of xz or bzip2 */
    uint32_t outside;             /* the caller decodes; OUTSIDE_... */
    struct ckpt_decoder_state decoded;
    const uint8_t *slice; /* bytes of the tar, from slice_offset on */
    size_t slice_length;
    uint64_t slice_offset;
    uint32_t tar_ended; /* nothing after the slice */
    uint64_t tar_size;  /* then: all of it */
    uint64_t work;      /* bytes decompressed since the last event */
    uint32_t pause;
    uint64_t tar_found; /* bytes of the tar that were seen to exist */

    /* archive.c */
    uint64_t position; /* in the tar: of what is wanted next */
    uint32_t state;
    uint32_t headers;                /* all header blocks, the extending ones too */
    uint32_t wanted;                 /* set by ckpt_archive_accept */
    struct ckpt_archive_event final; /* error or end, told after the last batch */
    uint8_t carry[CKPT_TAR_BLOCK];
    uint8_t header_block[CKPT_TAR_BLOCK];
    size_t carry_length;
    uint8_t first[CKPT_MAGIC_BYTES]; /* first bytes of the tar, for messages */
    uint64_t body_left;              /* of the wanted member, stored bytes */
    uint64_t kept_sum;
    int chosen; /* the wanted member was chosen by a pattern */
    struct ckpt_choice *choices;
    size_t choice_count;
    struct ckpt_paths names; /* marked: members */
    uint8_t *zeros;
    struct ckpt_buffer message; /* of the error; ends with a NUL */

    /* member.c */
    uint64_t extension_left; /* bytes of an extending header's body still to come */
    uint64_t extension_want, extension_offset;
    uint32_t extension_pad;
    uint8_t extension_type;
    bool has_pax, has_long_name, has_long_link;
    bool in_group;
    uint64_t group_offset; /* of the first header of the member being read */
    uint64_t pax_offset;   /* of the extended header read last */
    struct ckpt_buffer pax_bytes, global_bytes, long_name, long_link, joined;
    struct ckpt_pax pax;
    uint32_t lost; /* CKPT_DIFFER_...: what an earlier header of the member said */
    struct ckpt_buffer lost_name, lost_link;
    int64_t lost_size;
    struct ckpt_pending pending;
    struct ckpt_sparse sparse;

    /* the last member that was announced, for messages */
    struct ckpt_buffer last_name, clean_name;
    uint64_t last_data, last_stored;
    uint32_t last_index;

    /* record.c */
    struct ckpt_buffer batch;
    uint32_t batch_count;
    uint64_t table_bytes;
};

#define CKPT_NO_MEMORY "There is not enough memory."

/* archive.c: remember an error, which is reported after the members found before it. The text, as
 * of ckpt_format(), follows what is in a->message. Returns CKPT_STEP_FAILED. */
enum ckpt_step ckpt_archive_fail(ckpt_archive *a, uint32_t code, uint64_t offset,
                                 const char *format, ...);
enum ckpt_step ckpt_archive_no_memory(ckpt_archive *a);
/* Adds " in member X after N of M bytes" to the message. */
void ckpt_archive_say_place(ckpt_archive *a, uint64_t have, uint64_t want);

/* For messages: the name of the member that was announced last. */
static inline ckpt_string ckpt_last_name(const ckpt_archive *a)
{
    return (ckpt_string){a->last_name.data, a->last_name.length};
}

/* The bytes in a buffer. */
static inline struct ckpt_span ckpt_span_of(const struct ckpt_buffer *buffer)
{
    const char *bytes = buffer->length == 0 ? "" : buffer->data;
    return (struct ckpt_span){(const uint8_t *)bytes, buffer->length};
}

/* Adds bytes to a buffer. False: no memory. */
static inline bool ckpt_append(struct ckpt_buffer *buffer, const void *bytes, size_t length)
{
    ckpt_buffer_add(buffer, bytes, length);
    return !buffer->failed;
}

/* source.c */
void ckpt_source_start(ckpt_archive *a);
void ckpt_source_free(ckpt_archive *a);
/* Bytes of the tar at a->position: CKPT_STEP_OK, _MORE (a->need_... are set), _ENDED (a->tar_size
 * is), _FAILED. */
enum ckpt_step ckpt_source_peek(ckpt_archive *a, const uint8_t **bytes, size_t *length);
/* After _MORE: tells the caller, once, that it is to decode. */
bool ckpt_source_tell_decode(ckpt_archive *a, struct ckpt_archive_event *event);

/* member.c */
/* A header block that is not zero, at `offset`. */
enum ckpt_step ckpt_member_header(ckpt_archive *a, const uint8_t *block, uint64_t offset,
                                  enum ckpt_header_next *next);
/* Bytes for an extending header's body; call while a->extension_left > 0. */
enum ckpt_step ckpt_member_extension(ckpt_archive *a, const uint8_t *bytes, size_t length);
/* The archive ends after such a body, before the end of the block. */
enum ckpt_step ckpt_member_extension_ended(ckpt_archive *a);
/* Everything is known of a->pending. */
enum ckpt_step ckpt_member_finish(ckpt_archive *a);
/* What its name is, and says. False: no memory. */
bool ckpt_member_classify(ckpt_archive *a);
/* Whether a pattern chooses it. */
bool ckpt_member_is_chosen(ckpt_archive *a);
/* It was announced: forget what belonged to it. */
void ckpt_member_done(ckpt_archive *a);

/* sparse.c */
/* Is a->pending sparse? Takes the map, as far as it is in the headers. */
enum ckpt_step ckpt_sparse_start(ckpt_archive *a, const uint8_t *block,
                                 enum ckpt_header_next *next);
enum ckpt_step ckpt_sparse_old_block(ckpt_archive *a, const uint8_t *block,
                                     enum ckpt_header_next *next);
/* Bytes at the start of the data, which are the map. */
enum ckpt_step ckpt_sparse_map(ckpt_archive *a, const uint8_t *bytes, size_t length,
                               bool *complete);
/* The map is there: does it make sense? */
enum ckpt_step ckpt_sparse_complete(ckpt_archive *a);

/* differ.c */
/* Sets what other readers take a->pending for. False: no memory. */
bool ckpt_differ_find(ckpt_archive *a);

/* record.c */
enum ckpt_step ckpt_record_add(ckpt_archive *a);

#endif
