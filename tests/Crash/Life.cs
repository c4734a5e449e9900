using System.Collections.Concurrent;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>
/// One life of the engine: while it lives every request must be answered; from the kill on, none need be.
/// </summary>
internal sealed class Life(EngineProcess engine, EngineClient client, Findings findings)
{
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private volatile bool _ending;

    public EngineClient Client { get; } = client;

    /// <summary>Whether there is still somebody to ask.</summary>
    public bool Goes => !_ending;

    /// <summary>How often each request was answered how.</summary>
    public string Outcomes => string.Join(", ", _outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal)
        .Select(outcome => $"{outcome.Key} {outcome.Value}"));

    /// <summary>SIGKILL.</summary>
    public async Task EndAsync()
    {
        _ending = true;
        await engine.KillAsync();
    }

    /// <summary>
    /// Takes an answer for what it may be: a success, a refusal among <paramref name="allowed"/>, overloaded, or none
    /// at the end.
    /// </summary>
    public EngineAnswer Judge(
        string who, string does, string? what, EngineAnswer answer, params ReadOnlySpan<string> allowed)
    {
        var outcome = answer.Answered ? answer.Code ?? $"{answer.Status}" : "no answer";
        _outcomes.AddOrUpdate($"{does}: {outcome}", 1, (_, count) => count + 1);
        if (!answer.Answered) findings.Expect(_ending, $"{who} {does} {what}: no answer while the engine lives");
        else if (!answer.Succeeded && answer.Code != "overloaded" && !allowed.Contains(answer.Code))
            findings.Add($"{who} {does} {what}: {answer}");
        return answer;
    }
}
