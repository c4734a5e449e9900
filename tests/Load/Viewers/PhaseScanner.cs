namespace OrleansSale.Tests.Load.Viewers;

/// <summary>
/// Finds the phase in a stream of boards, however the stream is cut into pieces, by the first letter of its name: each
/// phase has one of its own. It keeps two bytes of state.
/// </summary>
internal struct PhaseScanner
{
    /// <summary>The needle begins with a quotation mark. The mark at this place may begin another needle.</summary>
    private const int SecondMark = 7;

    private byte _matched;

    private static ReadOnlySpan<byte> Needle => "\"phase\":\""u8;

    /// <summary>The first letter of the phase told last; 0: none yet.</summary>
    public byte Phase { get; private set; }

    /// <summary>Reads the next piece.</summary>
    /// <returns>How many phases it told.</returns>
    public int Read(ReadOnlySpan<byte> piece)
    {
        var told = 0;
        for (; _matched > 0 && !piece.IsEmpty; piece = piece[1..])
        {
            if (_matched == Needle.Length)
            {
                (Phase, _matched) = (piece[0], 0);
                told++;
                continue;
            }

            if (piece[0] != Needle[_matched] && _matched == SecondMark) _matched = 1;
            _matched = piece[0] == Needle[_matched] ? (byte)(_matched + 1) : piece[0] == Needle[0] ? (byte)1 : (byte)0;
        }

        if (_matched > 0) return told;
        for (int at; (at = piece.IndexOf(Needle)) >= 0; piece = piece[(at + Needle.Length + 1)..])
        {
            if (at + Needle.Length == piece.Length)
            {
                _matched = (byte)Needle.Length;
                return told;
            }

            Phase = piece[at + Needle.Length];
            told++;
        }

        _matched = (byte)Math.Min(piece.Length, Needle.Length - 1);
        while (_matched > 0 && !piece.EndsWith(Needle[.._matched])) _matched--;
        return told;
    }
}
