using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The refusal sold-out of one batch, encoded once for each entry that it names.</summary>
public sealed class SoldOutProblem
{
    private Encoded? _last;

    /// <summary>The refusal that names this entry.</summary>
    public Problem At(long seq)
    {
        if (Volatile.Read(ref _last) is { } last && last.Seq == seq) return last.Problem;
        var encoded = new Encoded(seq, Problem.SoldOut(seq));
        Volatile.Write(ref _last, encoded);
        return encoded.Problem;
    }

    private sealed record Encoded(long Seq, Problem Problem);
}
