/* Documents that hold others: a mail with an invoice, archives, and archives that mean harm. */
#pragma once

/* Writes them, with what is expected of them, below samples/. */
void carriers_make(const char *samples);
