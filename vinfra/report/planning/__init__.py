"""What a plan looks like: a page, a workbook, words on a terminal, a document for programs."""
