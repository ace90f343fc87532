/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON, by json-c, with our types
 */
#ifndef TURBOCTL_JSON_H
#define TURBOCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json_object.h>

#include "cpus.h"

void json_add_string(struct json_object *obj, const char *key, const char *s);
void json_add_bool(struct json_object *obj, const char *key, bool value);
void json_add_u64(struct json_object *obj, const char *key, uint64_t value);
void json_add_cpus(struct json_object *obj, const char *key,
		   const struct cpus *set);

/* False, or NULL, if there is no such key or it has another type. */
bool json_get_bool(struct json_object *obj, const char *key, bool *value);
bool json_get_u64(struct json_object *obj, const char *key, uint64_t *value);
bool json_get_cpus(struct json_object *obj, const char *key, struct cpus *set);
char *json_get_string(struct json_object *obj, const char *key);
struct json_object *json_get_array(struct json_object *obj, const char *key);

/* Prints and frees @obj: pretty, or on one line. */
void json_print(struct json_object *obj, bool pretty);

#endif
