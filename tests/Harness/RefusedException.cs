using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Harness;

/// <summary>The engine refused a call that the test expected to succeed.</summary>
public sealed class RefusedException(Refusal refused, string? detail)
    : Exception(detail is null ? $"Refused: {refused}" : $"Refused: {refused}, {detail}")
{
    /// <summary>The refusal.</summary>
    public Refusal Refused => refused;
}
