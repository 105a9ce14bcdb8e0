/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/stats.h"

#include <string.h>

#include "proto/wire.h"

bool ckpt_stats_read(const uint8_t *bytes, size_t length, struct ckpt_stats *stats)
{
    struct ckpt_image image, entry, dump = {NULL, NULL, false};
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    memset(stats, 0, sizeof(*stats));
    if (!ckpt_image_open(&image, bytes, length, CKPT_IMAGE_SERVICE, CKPT_IMAGE_STATS) ||
        ckpt_image_entry(&image, &entry) != CKPT_IMAGE_OK)
        return false;
    while ((next = ckpt_image_field(&entry, &field)) == CKPT_IMAGE_OK)
        if (field.number == 1 && field.bytes != NULL)
            dump = ckpt_image_inside(&field);
    if (next == CKPT_IMAGE_BROKEN || dump.at == NULL)
        return false;
    while ((next = ckpt_image_field(&dump, &field)) == CKPT_IMAGE_OK) {
        if (field.bytes == NULL && field.number <= CKPT_STATS_COUNT) {
            stats->value[field.number - 1] = field.value;
            stats->present |= UINT32_C(1) << (field.number - 1);
        }
    }
    return next == CKPT_IMAGE_END;
}
