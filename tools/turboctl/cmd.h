/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands
 */
#ifndef TURBOCTL_CMD_H
#define TURBOCTL_CMD_H

#ifndef TURBOCTL_VERSION
#define TURBOCTL_VERSION	"0.1.0"
#endif

/* @argv[0] is the command's name.  All return the exit code. */
int cmd_core(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_slice(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_vm(int argc, char **argv);
int cmd_qemu(int argc, char **argv);
int cmd_host(int argc, char **argv);
int cmd_hook(int argc, char **argv);
int cmd_xml(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* main() but for its name. */
int turboctl_main(int argc, char **argv);

#endif
