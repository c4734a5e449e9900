using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>What the engine answered; nothing if it did not.</summary>
/// <param name="Status">The HTTP status; 0: no answer came, so what became of the request is not known.</param>
/// <param name="Body">The answer's JSON; undefined if it had none.</param>
public readonly record struct EngineAnswer(int Status, JsonElement Body)
{
    /// <summary>No answer.</summary>
    public static EngineAnswer None { get; }

    /// <summary>Whether an answer came.</summary>
    public bool Answered => Status != 0;

    /// <summary>2xx.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The refusal's code; null for anything else.</summary>
    public string? Code => Succeeded ? null : Text("code");

    /// <summary>The member of that name, if it is a text.</summary>
    public string? Text(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    /// <summary>The body's <c>units</c>.</summary>
    public int[] Units() => [.. Body.GetProperty("units").EnumerateArray().Select(unit => unit.GetInt32())];

    /// <summary>The status and the body, for messages.</summary>
    public override string ToString() =>
        !Answered ? "no answer" : Body.ValueKind == JsonValueKind.Undefined ? $"{Status}" : $"{Status} {Body}";
}
