// Acervo turns a git repository of records into a multilingual static site.
//
// Each verb is a file of this package. What they share is here: the flags that
// say what to read, the words of the program and how it ends.
//
// # How it speaks
//
// Standard output has what was asked for; everything else goes to standard
// error. Faults are lines "path:line:col: message [code]" with a hint beneath.
// The exit status is 0 when it is done, 1 when the content has faults, 2 when
// it was used in a wrong way and 3 when reading or writing failed. The
// program's words are Spanish or English (--ui); --lang always means the
// content's language.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/output"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the command line and returns its exit status.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{ui: uiLanguage(args), stdout: stdout, stderr: stderr}
	root := p.command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		return p.status(p.flagsTogether(err))
	}
	return exitDone
}

// A program is one run: the words that it uses and where it speaks.
type program struct {
	ui             string
	format         string
	verbose        bool
	stdout, stderr io.Writer
}

// uiLanguage finds --ui before the flags are parsed, since the usage texts are
// in that language too; without it the environment decides, and Spanish is the
// default.
func uiLanguage(args []string) string {
	ui := ""
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--ui="); ok {
			ui = value
		} else if arg == "--ui" && i+1 < len(args) {
			ui = args[i+1]
		}
	}
	if ui == "" && strings.HasPrefix(os.Getenv("LANG"), "en") {
		ui = "en"
	}
	if ui == "en" {
		return "en"
	}
	return "es"
}

// say returns the program's words for a code. The arguments are names and
// values in turn.
func (p *program) say(code string, args ...string) string {
	values := diag.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i]] = args[i+1]
	}
	return diag.Sentence(p.ui, code, values)
}

// note prints a line that is not the answer.
func (p *program) note(code string, args ...string) {
	fmt.Fprintln(p.stderr, p.say(code, args...))
}

// command makes the root command with all verbs.
func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use: "generator", Short: p.say("use"), Long: p.say("use-long"), SilenceUsage: true, SilenceErrors: true,
		Args: p.noVerb, Version: siteVersion,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().String("ui", p.ui, p.say("flag-ui"))
	root.PersistentFlags().BoolVarP(&p.verbose, "verbose", "v", false, p.say("flag-verbose"))
	root.SetFlagErrorFunc(p.flagError)
	root.AddCommand(p.buildCommand(), p.bookCommand(), p.downloadsCommand(), p.serveCommand(), p.checkCommand(), p.newCommand(), p.statusCommand(), p.searchCommand(), p.carryCommand(), p.withdrawCommand(), p.verifyCommand(), p.reviewCommand())
	p.translate(root)
	return root
}

// A usageError is a wrong use of the command line.
type usageError struct{ error }

// Faults of the content end the program with their number.
type faultsError struct{ faults diag.List }

func (e faultsError) Error() string { return fmt.Sprintf("%d", len(e.faults)) }

// The exit statuses.
const (
	exitDone = iota
	exitFaults
	exitUsage
	exitIO
)

// status prints what went wrong and returns the exit status.
func (p *program) status(err error) int {
	var faults faultsError
	var usage usageError
	var problem gitfs.Problem
	switch {
	case errors.As(err, &faults):
		p.print(faults.faults)
		return exitFaults
	case errors.As(err, &usage):
		fmt.Fprintln(p.stderr, err)
		p.note("see-help")
		return exitUsage
	case errors.Is(err, errDiffers):
		return exitFaults
	case errors.Is(err, context.Canceled):
		p.note("interrupted")
	case errors.As(err, &problem):
		return p.tell(problem, err)
	case errors.Is(err, output.ErrRefused):
		fmt.Fprintln(p.stderr, err)
		p.note("hint-refused")
	default:
		fmt.Fprintln(p.stderr, err)
	}
	return exitIO
}

// print writes faults in the format that was asked for: for machines to
// standard output, for people to standard error with their number.
func (p *program) print(faults diag.List) {
	if p.format == diag.JSON || p.format == diag.GitHub {
		diag.Write(p.stdout, faults, p.format, p.ui)
		return
	}
	diag.Write(p.stderr, faults, diag.Text, p.ui)
	if len(faults) == 1 {
		p.note("one-fault")
	} else {
		p.note("faults", "n", fmt.Sprint(len(faults)))
	}
}

// exactly refuses another number of arguments, with the command that was meant.
func (p *program) exactly(n int, example string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{errors.New(p.say("wrong-arguments", "n", fmt.Sprint(n), "given", fmt.Sprint(len(args)), "example", example))}
		}
		return nil
	}
}
