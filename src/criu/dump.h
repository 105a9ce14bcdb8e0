/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dump: the images that CRIU made of a tree of processes, looked at together. The caller lists
 * the members of the archive, asks which bytes of them are wanted, and adds those; nothing here
 * reads a file. What is missing or damaged costs only what depends on it, and leaves a gap after:
 * a place and the reason.
 */
#ifndef CKPT_CRIU_IMAGE_DUMP_H
#define CKPT_CRIU_IMAGE_DUMP_H

#include "ckpt.h"
#include "criu/file.h"
#include "mem/arena.h"
#include "mem/buffer.h"

/* The number of a field: F(pstree_entry, pid). */
#define F(message, field) CKPT_CRIU_##message##_##field

typedef struct ckpt_dump ckpt_dump;

/* Bytes of images that are kept, unless the caller says otherwise. */
#define CKPT_DUMP_BUDGET ((size_t)64 << 20)

/* An image: a file in the directory of images. */
struct ckpt_dump_image {
    ckpt_string name;     /* in the directory: "core-1.img" */
    uint64_t id;          /* the number in the name: a pid, files_id, namespace … */
    uint64_t size;        /* of the file */
    const uint8_t *bytes; /* its first `length` bytes; NULL: they were not added */
    size_t length;
    uint16_t kind; /* enum ckpt_criu_kind */
    bool owned;    /* the bytes */
};

/* Why something is not known, and where. */
struct ckpt_gap {
    ckpt_string member;  /* name of the image */
    int64_t entry;       /* index of the entry in it, from 0; -1: the file itself */
    const char *field;   /* path of the field, "tc.comm"; NULL: none */
    const char *message; /* one sentence without a full stop */
};

/* An entry of files.img, or of the images that came before it. */
struct ckpt_dump_file {
    uint32_t id;
    uint32_t type;                       /* CKPT_CRIU_fd_types_REG … */
    struct ckpt_pb message;              /* the reg_file_entry, pipe_entry … */
    const struct ckpt_dump_image *image; /* where it stands … */
    uint32_t entry;                      /* … and its index there */
};

/* An empty dump that keeps at most `budget` bytes (0: CKPT_DUMP_BUDGET); NULL: no memory. */
ckpt_dump *ckpt_dump_new(size_t budget);
void ckpt_dump_free(ckpt_dump *dump);

/*
 * Lists members of an archive: records as CKPT_ARCHIVE_MEMBERS gives them. `prefix`: only members
 * below this directory count, and their names are taken without it (a container of a pod). Those in
 * "checkpoint/" are the images; without that directory, those at the top or in "pre-checkpoint/",
 * or in the only directory that has any. False: no memory.
 */
bool ckpt_dump_list(ckpt_dump *dump, ckpt_string prefix, const uint8_t *records, size_t length);

/* The same for one file of a directory of images. Of several of one name the last counts. */
bool ckpt_dump_list_file(ckpt_dump *dump, ckpt_string name, uint64_t size);

/* Once all are listed: the directory of the images as it stands in names of members, with a slash
   at its end; empty if they are at the top. */
ckpt_string ckpt_dump_directory(ckpt_dump *dump);

/* How many files have the name of an image (*.img), but of none that is known; *first: one of them,
   its name in the directory. */
size_t ckpt_dump_strange(ckpt_dump *dump, ckpt_string *first);

/* How many images there are, and each of them, sorted by kind and id. */
size_t ckpt_dump_image_count(ckpt_dump *dump);
const struct ckpt_dump_image *ckpt_dump_image_at(ckpt_dump *dump, size_t index);

/* How many bytes from its start are wanted of an image: all of most, the head of some, 0 of pages
   and of what nobody looks at. Page maps (`maps`) only if they are asked for. */
uint64_t ckpt_dump_wanted(const struct ckpt_dump_image *image, bool maps);

/* Adds the first bytes of an image, which are copied (NULL bytes: room for them is returned, which
   the caller fills), or borrowed if `borrow`. False or NULL: there is no such image, no memory, or
   the budget is used up, which leaves a gap. */
uint8_t *ckpt_dump_add(ckpt_dump *dump, ckpt_string name, const void *bytes, size_t length,
                       bool borrow);

/* Whether the archive holds the dump before as well: one in "checkpoint/", whose link "parent"
   leads to one in "pre-checkpoint/", as in the folder where Podman keeps a container. */
bool ckpt_dump_has_early(ckpt_dump *dump);

/* Before anything is asked of it: those in "pre-checkpoint/" are the images. */
void ckpt_dump_choose_early(ckpt_dump *dump);

/* Whether that is where a link leads from "checkpoint/". */
bool ckpt_dump_leads_to_early(ckpt_string link);

/* The dump that page maps call their parent: taken before by `--track-mem`. Not owned. */
void ckpt_dump_set_previous(ckpt_dump *dump, ckpt_dump *previous);
ckpt_dump *ckpt_dump_previous(const ckpt_dump *dump);

/* The image of that kind and number (0 where names have none); NULL: there is none. */
const struct ckpt_dump_image *ckpt_dump_image(ckpt_dump *dump, enum ckpt_criu_kind kind,
                                              uint64_t id);

/* ---- entries ----------------------------------------------------------------------------------
 */

/* Goes through the entries of an image that can be read and hold what they must. */
struct ckpt_entries {
    ckpt_dump *dump;
    const struct ckpt_dump_image *image;
    struct ckpt_criu_file file;
    struct ckpt_criu_entry entry; /* that was given last, with what follows it */
    bool done;
    bool damaged;          /* something could not be read … */
    int64_t damaged_entry; /* … first this entry; -1: nothing could */
};

/* Begins with an image (NULL: as if it were empty). What is wrong with it becomes a gap. */
void ckpt_entries_begin(struct ckpt_entries *entries, ckpt_dump *dump,
                        const struct ckpt_dump_image *image);
/* Somebody found the entry of that index sound, after those before it. */
void ckpt_dump_found_sound(ckpt_dump *dump, const struct ckpt_dump_image *image, uint32_t index);
/* The next entry, whose message is sound; false at the end. Entries that are damaged are left out;
   each becomes a gap. */
bool ckpt_entries_next(struct ckpt_entries *entries);

/* The message of the first entry of that image; a zeroed one, which is empty, if there is none.
   `needed`: that it is missing is a gap. */
struct ckpt_pb ckpt_dump_first(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id, bool needed);

/*
 * Counts the work that looking at a message costs, so that a view takes bounded time whatever
 * refers to what: messages may be large, and much may refer to the same one. What looks up does it
 * by itself; loops over what is related do it for each element. False: the limit is reached, which
 * is a gap; nothing is found any more.
 */
bool ckpt_dump_spend(ckpt_dump *dump, const struct ckpt_pb *message);

/* Begins a view, or other work of its own: all of the limit is before it. */
void ckpt_dump_begin_view(ckpt_dump *dump);

/* ---- what other parts look up ------------------------------------------------------------------
 */

/* The open file of that id and type (CKPT_CRIU_fd_types_REG …); NULL: there is none. A TUN device
   shares its id with the regular file that it was opened as. */
const struct ckpt_dump_file *ckpt_dump_file_of(ckpt_dump *dump, uint32_t type, uint32_t id);
/* The open file of that id, where its type is not known. */
const struct ckpt_dump_file *ckpt_dump_file(ckpt_dump *dump, uint32_t id);
/* All of them, sorted by id and type. */
const struct ckpt_dump_file *ckpt_dump_files(ckpt_dump *dump, size_t *count);

/* Names an image in a gap; `field` and `message` are literals. Equal gaps count once. */
void ckpt_dump_gap(ckpt_dump *dump, ckpt_string member, int64_t entry, const char *field,
                   const char *message);
/* The same for an image by its kind and number, which may not exist: "core-7.img". */
void ckpt_dump_gap_in(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id, int64_t entry,
                      const char *field, const char *message);
size_t ckpt_dump_gap_count(const ckpt_dump *dump);
const struct ckpt_gap *ckpt_dump_gap_at(const ckpt_dump *dump, size_t index);

/* For what the parts of src/criu derive from the images; it lives as long as the dump. */
struct ckpt_arena *ckpt_dump_arena(ckpt_dump *dump);

#endif
