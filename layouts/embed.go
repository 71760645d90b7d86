// Package layouts holds the site's layouts, partials and words, as they are
// carried by the program. Package layout says what they mean.
package layouts

import "embed"

// Files is this folder: *.html, partials/ and messages/.
//
//go:embed *.html partials messages
var Files embed.FS
