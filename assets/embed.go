// Package assetfiles holds the site's scripts, styles and icons in source, as
// they are carried by the program. Package assets bundles them. What is
// embedded is named, so that node_modules never is.
package assetfiles

import "embed"

// Files is this folder without the files of its type checker.
//
//go:embed *.ts *.css elements offline search styles icons
var Files embed.FS
