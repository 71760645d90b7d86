package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// translate gives cobra's own words in the program's language.
func (p *program) translate(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	cobra.AddTemplateFunc("defaults", func(usages string) string {
		return strings.ReplaceAll(usages, "(default ", "("+p.say("flag-default")+" ")
	})
	root.SetUsageTemplate(p.say("usage-template"))
	for _, cmd := range append(root.Commands(), root) {
		p.translateCommand(cmd)
		for _, shell := range cmd.Commands() {
			if cmd != root {
				p.translateCommand(shell)
				shell.Short, shell.Long = p.say("use-shell", "shell", shell.Name()), ""
			}
		}
	}
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = p.say("flag-version")
}

func (p *program) translateCommand(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true // the usage template has the word for them
	cmd.InitDefaultHelpFlag()
	for flag, code := range map[string]string{"help": "flag-help", "no-descriptions": "flag-no-descriptions"} {
		if flag := cmd.Flags().Lookup(flag); flag != nil {
			flag.Usage = p.say(code)
		}
	}
	if words := p.say("use-" + cmd.Name()); words != "use-"+cmd.Name() {
		cmd.Short = words
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			cmd.Long = ""
		}
	}
}

// noVerb refuses words that are no verb.
func (p *program) noVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			known = append(known, cmd.Name())
		}
	}
	return p.wrong("unknown-command", "value", args[0], "known", strings.Join(known, ", "))
}

// flagError tells pflag's errors in the program's words.
func (p *program) flagError(_ *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var lacks *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return p.wrong("unknown-flag", "value", dashed(unknown.GetSpecifiedName()))
	case errors.As(err, &lacks):
		return p.wrong("flag-value", "value", dashed(lacks.GetSpecifiedName()))
	case errors.As(err, &invalid):
		return p.wrong("bad-flag-value", "value", invalid.GetValue(), "flag", "--"+invalid.GetFlag().Name)
	}
	return usageError{err}
}

// flagsTogether tells cobra's error about flags that exclude each other, which
// has no type of its own, as a wrong use.
func (p *program) flagsTogether(err error) error {
	const begin, middle = "if any flags in the group [", "] are set none of the others can be"
	rest, ok := strings.CutPrefix(err.Error(), begin)
	if !ok {
		return err
	}
	group, _, _ := strings.Cut(rest, middle)
	return p.wrong("flags-together", "flags", fmt.Sprint("--"+strings.Join(strings.Fields(group), ", --")))
}

// dashed is a flag as it is written.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
