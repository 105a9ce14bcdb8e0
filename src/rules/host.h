/* SPDX-License-Identifier: Apache-2.0 */
/* The host that is to restore a checkpoint: host.def says what is known of it. */
#ifndef CKPT_RULES_HOST_H
#define CKPT_RULES_HOST_H

#include "rules/images.h"

/* What a condition asks of a host, besides its sentence: one of these and a text or number. */
enum ckpt_need {
    CKPT_NEED_NOTHING, /* nobody can tell from a description of a host */
    CKPT_NEED_ARCHITECTURE,
    CKPT_NEED_KERNEL, /* at least: "5.6" */
    CKPT_NEED_CRIU,   /* at least: "4.2" */
    CKPT_NEED_CRIU_CHECK,
    CKPT_NEED_PLUGIN, /* of CRIU: "cuda_plugin" */
    CKPT_NEED_FLAG,   /* of the processor: "avx" */
    CKPT_NEED_CPUS,   /* a number */
    CKPT_NEED_MEMORY, /* bytes */
    CKPT_NEED_SELINUX,
    CKPT_NEED_APPARMOR,
    CKPT_NEED_DRIVER, /* version of the graphics driver */
    CKPT_NEED_GPU,    /* ids as in NVIDIA_VISIBLE_DEVICES */
    CKPT_NEED_GPUS,   /* a number */
    CKPT_NEED_RUNTIME,
    CKPT_NEED_ENGINE,
    CKPT_NEED_IMAGE, /* by name */
    CKPT_NEED_PATH,
    CKPT_NEED_NO_CONTAINER, /* of that name, nor with the id of config.dump */
    CKPT_NEED_FILE          /* with the mode, size and build id of ckpt_needs_file() */
};

/* Reads the text of a host. False: `problem` says what is wrong with it, and where. */
bool ckpt_host_read(struct ckpt_rules *r, ckpt_string text, ckpt_string *problem);

/* What the checkpoint needs of a host, beyond what is a condition anyway. Without a host: nothing.
 */
void ckpt_check_host(struct ckpt_rules *r);
void ckpt_check_host_images(struct ckpt_images *im);

/* The next condition needs that file: its path, or "IMAGE!PATH". Mode and size: UINT64_MAX if not
   known; the build id in hexadecimal digits, or "". */
void ckpt_needs_file(struct ckpt_rules *r, ckpt_string path, uint64_t mode, uint64_t size,
                     ckpt_string build_id);

/* Sets `met` and `host` of a condition by what is known of the host. */
void ckpt_host_judge(struct ckpt_rules *r, struct ckpt_condition *condition);

#endif
