/* SPDX-License-Identifier: Apache-2.0 */
/* The names that the kubelet gives to archives. */
#ifndef CKPT_RULES_KUBELET_H
#define CKPT_RULES_KUBELET_H

#include "checkpoint/value.h"
#include "text/time.h"

/* checkpoint-<pod>_<namespace>-<container>-<stamp>.tar */
struct ckpt_kubelet_name {
    ckpt_string pod;
    ckpt_string others; /* namespace, '-', container: either may have a '-' in it */
    ckpt_string stamp;
    ckpt_time time;
};

/* Takes a path or file name apart; false if it has not that form. It may end with .gz and such. */
bool ckpt_kubelet_parse(ckpt_string path, struct ckpt_kubelet_name *name);

#endif
