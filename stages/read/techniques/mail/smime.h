/* S/MIME's envelope (CMS, RFC 5652), as far as the text inside is to be had without a key. */
#pragma once

#include <glib.h>

typedef enum {
    SMIME_SIGNED,    /* the signed entity lies open inside: *content */
    SMIME_SIGNATURE, /* a signature or certificates alone */
    SMIME_SEALED     /* encrypted, or something else that cannot be looked into */
} SmimeKind;

/* *content (caller unrefs) is a MIME entity, set for SMIME_SIGNED only. The signature is not checked. */
SmimeKind smime_open(GBytes *cms, GBytes **content);
