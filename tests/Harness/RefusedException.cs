using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Harness;

/// <summary>The engine refused what a test took for granted.</summary>
public sealed class RefusedException(Refusal refused, string? detail)
    : Exception(detail is null ? $"Refused: {refused}" : $"Refused: {refused}, {detail}")
{
    /// <summary>Why.</summary>
    public Refusal Refused => refused;
}
