/* A header whose function nobody explains. */
#pragma once

int x_count(const char *text);
