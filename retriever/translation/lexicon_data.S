// data/lexicon.bin as it is (see lexicon.h).
    .section .rodata
    .balign 8
    .global footnote_lexicon_begin
    .global footnote_lexicon_end
footnote_lexicon_begin:
    .incbin "lexicon.bin"
footnote_lexicon_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
