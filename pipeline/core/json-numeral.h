/* The number of a JSON text as a double, to the last bit and in every locale. */
#pragma once

#include <glib.h>

/* Reads the number that begins at `text` (a '-' or a digit). Behind the number must stand a byte
 * that belongs to no number, so that reading ends: a NUL at the latest. Returns what is behind it.
 * When the number breaks RFC 8259 or no double can hold it, *fault says so (static string) and the
 * place of the fault comes back; else *fault is left alone. */
const char *json_numeral_read(const char *text, double *value, const char **fault);
