package markdown

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// newParser configures goldmark's parser. Its renderers are not used: one walk
// of the tree (render.go) writes HTML and plain text together. Typography is
// that walk's work too, since goldmark's own knows English only.
func newParser() parser.Parser {
	p := parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(headingParser{parser.NewSetextHeadingParser()}, 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(headingParser{parser.NewATXHeadingParser()}, 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewHTMLBlockParser(), 900),
			util.Prioritized(noteParser{extension.NewFootnoteBlockParser()}, 999),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(citationParser{}, 50),
			util.Prioritized(extension.NewFootnoteParser(), 101),
			util.Prioritized(strayNoteParser{}, 102),
		),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithASTTransformers(util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
	)
	goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(extension.Table, extension.DefinitionList))
	return p
}

// writerKey leads the parsers to the writer of the body that they read.
var writerKey = parser.NewContextKey()

// notesKey holds the footnotes that were defined, called or not.
var notesKey = parser.NewContextKey()

// parse returns the tree of the body and its footnotes. goldmark is another's
// program and the bodies are anyone's: should it panic, that is a fault of the
// body and not the end of the build.
func (w *writer) parse(p parser.Parser) (root ast.Node, notes []*east.Footnote) {
	defer func() {
		if recover() != nil {
			root, notes = nil, nil
			w.faults.Add("body-unreadable", w.at.Path, w.at.Line, 0, nil)
		}
	}()
	pc := parser.NewContext()
	pc.Set(writerKey, w)
	root = p.Parse(text.NewReader(w.src), parser.WithContext(pc))
	notes, _ = pc.Get(notesKey).([]*east.Footnote)
	return root, notes
}

// headingParser takes the id from the end of a heading. goldmark's attributes
// would admit any, and cost quadratic time in braces.
type headingParser struct{ parser.BlockParser }

// idAttribute holds the id's text.Segment on a heading.
const idAttribute = "id"

func (p headingParser) Close(node ast.Node, reader text.Reader, pc parser.Context) {
	p.BlockParser.Close(node, reader, pc)
	lines := node.Lines()
	if lines == nil || lines.Len() == 0 {
		return
	}
	line := lines.At(lines.Len() - 1)
	line = line.TrimRightSpace(reader.Source())
	value := line.Value(reader.Source())
	open := bytes.LastIndex(value, []byte("{#"))
	if open < 0 || value[len(value)-1] != '}' || open > 0 && value[open-1] == '\\' {
		return
	}
	offset := line.Stop - len(value)
	node.SetAttributeString(idAttribute, text.NewSegment(offset+open+2, line.Stop-1))
	line.Stop = offset + open
	lines.Set(lines.Len()-1, line.TrimRightSpace(reader.Source()))
}

// noteParser remembers footnotes: goldmark drops those that nothing calls.
type noteParser struct{ parser.BlockParser }

func (p noteParser) Close(node ast.Node, reader text.Reader, pc parser.Context) {
	p.BlockParser.Close(node, reader, pc)
	notes, _ := pc.Get(notesKey).([]*east.Footnote)
	pc.Set(notesKey, append(notes, node.(*east.Footnote)))
}

// citation is [@id].
type citation struct {
	ast.BaseInline
	id []byte
}

var kindCitation = ast.NewNodeKind("Citation")

func (*citation) Kind() ast.NodeKind { return kindCitation }

func (n *citation) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type citationParser struct{}

func (citationParser) Trigger() []byte { return []byte{'['} }

func (citationParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) < 4 || line[1] != '@' {
		return nil
	}
	end := bytes.IndexByte(line[:min(len(line), 120)], ']')
	if end < 0 || end+1 < len(line) && (line[end+1] == '(' || line[end+1] == '[') {
		return nil
	}
	id := line[2:end]
	if !isSource(id) {
		if !bytes.ContainsAny(id, `[\`) {
			writerOf(pc).fault("citation-form", segment.Start, quoted(line[:end+1], "value"))
		}
		return nil
	}
	block.Advance(end + 1)
	return &citation{id: id}
}

// isSource reports whether b can be the id of a source.
func isSource(b []byte) bool {
	for _, c := range b {
		if !util.IsAlphaNumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 64
}

// strayNoteParser finds the calls that goldmark's parser left because no note
// answers them.
type strayNoteParser struct{}

func (strayNoteParser) Trigger() []byte { return []byte{'['} }

func (strayNoteParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) < 4 || line[1] != '^' {
		return nil
	}
	end := bytes.IndexByte(line[:min(len(line), 120)], ']')
	if end < 3 || end+1 < len(line) && (line[end+1] == '(' || line[end+1] == '[') {
		return nil
	}
	writerOf(pc).fault("note-missing", segment.Start, quoted(line[:end+1], "value"))
	return nil
}

func writerOf(pc parser.Context) *writer { return pc.Get(writerKey).(*writer) }
