#!/usr/bin/env bash
# Finds retired terms (tests/words.txt) in tracked files: prints file:line for each, and exits 1 if there are any.
# Without arguments it checks the folders below; words.sh PATH… checks others.
set -euo pipefail
cd "$(dirname "$0")/.."

CHECKED=(README.md SECURITY.md Makefile config migrations docs .github crates tests)
# Not ours to word, or quotes of former versions.
EXCLUDED='\.lock$|package(-lock)?\.json$|CHANGELOG\.md$|^crates/auth/(fuzz/corpus|tests/vectors)/|^docs/operations/upgrading\.md$'
EXCLUDED+='|^tests/words\.txt$|/upgrade_from_0_1_0\.rs$|^tests/src/postgres/installation\.rs$'

[ $# -gt 0 ] || set -- "${CHECKED[@]}"
# A fenced block with `file=` quotes a source file, where the terms are found.
git ls-files -z -- "$@" | grep -zvE "$EXCLUDED" | xargs -0 perl -ne '
    BEGIN {
        open my $list, "<", "tests/words.txt" or die "tests/words.txt: $!";
        my @terms = grep { !/^(#|$)/ } map { chomp; $_ } <$list>;
        my $all = join "|", @terms;
        $retired = qr/\b($all)\b/i;
    }
    ($text, $quoted) = (-T $ARGV, 0) if $. == 1;
    $quoted = $1 =~ / file=/ if $ARGV =~ /\.md$/ && /^\s*```(.*)/;
    if ($text && !$quoted && /$retired/) { print "$ARGV:$.: $1\n"; $found = 1 }
    close ARGV if eof;
    END { $? = 1 if $found }
' || { echo "These terms are retired; docs/GLOSSARY.md has the terms to use." >&2; exit 1; }
