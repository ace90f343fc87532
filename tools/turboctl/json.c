// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, by json-c, with our types
 */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "msg.h"

void json_add_string(struct json_object *obj, const char *key, const char *s)
{
	json_object_object_add(obj, key, json_object_new_string(s));
}

void json_add_bool(struct json_object *obj, const char *key, bool value)
{
	json_object_object_add(obj, key, json_object_new_boolean(value));
}

void json_add_u64(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

/* In the kernel's list form, which people can read. */
void json_add_cpus(struct json_object *obj, const char *key,
		   const struct cpus *set)
{
	char *list = cpus_list(set);

	json_add_string(obj, key, list);
	free(list);
}

static struct json_object *get(struct json_object *obj, const char *key,
			       enum json_type type)
{
	struct json_object *value;

	if (!json_object_is_type(obj, json_type_object) ||
	    !json_object_object_get_ex(obj, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

bool json_get_bool(struct json_object *obj, const char *key, bool *value)
{
	struct json_object *v = get(obj, key, json_type_boolean);

	*value = v && json_object_get_boolean(v);
	return v;
}

bool json_get_u64(struct json_object *obj, const char *key, uint64_t *value)
{
	struct json_object *v = get(obj, key, json_type_int);

	*value = v ? json_object_get_uint64(v) : 0;
	return v;
}

bool json_get_cpus(struct json_object *obj, const char *key, struct cpus *set)
{
	struct json_object *v = get(obj, key, json_type_string);

	return v && !cpus_parse_list(json_object_get_string(v), set);
}

char *json_get_string(struct json_object *obj, const char *key)
{
	struct json_object *v = get(obj, key, json_type_string);

	return v ? xstrdup(json_object_get_string(v)) : NULL;
}

struct json_object *json_get_array(struct json_object *obj, const char *key)
{
	return get(obj, key, json_type_array);
}

void json_print(struct json_object *obj, bool pretty)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
			  JSON_C_TO_STRING_PLAIN;
	puts(json_object_to_json_string_ext(obj, flags));
	fflush(stdout);
	json_object_put(obj);
}
