/* SPDX-License-Identifier: Apache-2.0 */
/* The files in the archives inside of a checkpoint, by their paths: what a restore will find. */
#include "rules/tree.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 8192 }; /* of scope and path; longer ones are left out */

/* "rootfs-diff.tar/etc/passwd" into `out`; 0: too long. */
static size_t join(ckpt_string scope, ckpt_string path, char out[LONGEST])
{
    if (scope.length + path.length + 1 > LONGEST)
        return 0;
    memcpy(out, scope.data, scope.length);
    out[scope.length] = '/';
    if (path.length != 0)
        memcpy(out + scope.length + 1, path.data, path.length);
    return scope.length + 1 + path.length;
}

bool ckpt_tree_add(struct ckpt_tree *tree, ckpt_string scope, ckpt_string name,
                   const struct ckpt_member *record, ckpt_string link)
{
    char path[LONGEST];
    uint32_t node, to = CKPT_PATHS_NONE;
    size_t length = join(scope, name, path);
    if (length == 0)
        return true;
    if (!ckpt_paths_add(&tree->paths, path, length, &node))
        return false;
    if (record->type == CKPT_MEMBER_HARDLINK && (length = join(scope, link, path)) != 0 &&
        !ckpt_paths_add(&tree->paths, path, length, &to))
        return false;
    uint32_t at = tree->paths.nodes[node].mark;
    if (at == 0) {
        if (tree->count == tree->room) {
            uint32_t room = tree->room == 0 ? 64 : tree->room * 2;
            struct ckpt_tree_file *files = realloc(tree->files, room * sizeof(*files));
            if (files == NULL)
                return false;
            tree->files = files;
            tree->room = room;
        }
        at = ++tree->count;
        tree->paths.nodes[node].mark = at;
    }
    tree->files[at - 1] = (struct ckpt_tree_file){
        .size = record->size,
        .header_offset = record->header_offset,
        .link = to,
        .mode = record->mode & 07777,
        .type = (uint8_t)record->type,
    };
    return true;
}

const struct ckpt_tree_file *ckpt_tree_find(const struct ckpt_tree *tree, ckpt_string scope,
                                            ckpt_string path)
{
    char whole[LONGEST];
    size_t length = join(scope, path, whole);
    uint32_t node = length == 0 || tree->count == 0 ? CKPT_PATHS_NONE
                                                    : ckpt_paths_find(&tree->paths, whole, length);
    if (node == CKPT_PATHS_NONE || tree->paths.nodes[node].mark == 0)
        return NULL;
    const struct ckpt_tree_file *file = &tree->files[tree->paths.nodes[node].mark - 1];
    if (file->link == CKPT_PATHS_NONE)
        return file;
    uint32_t mark = tree->paths.nodes[file->link].mark;
    return mark == 0 ? NULL : &tree->files[mark - 1];
}

void ckpt_tree_free(struct ckpt_tree *tree)
{
    ckpt_paths_free(&tree->paths);
    free(tree->files);
    *tree = (struct ckpt_tree){.files = NULL};
}
