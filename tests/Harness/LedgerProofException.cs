namespace OrleansSale.Tests.Harness;

/// <summary>The stored ledger does not say what it has to.</summary>
public sealed class LedgerProofException(string message) : Exception(message);
