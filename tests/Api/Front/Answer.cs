using System.Text.Json;

namespace OrleansSale.Tests.Api.Front;

/// <summary>An answer of the front, read whole.</summary>
internal sealed class Answer
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    private Answer(HttpResponseMessage response, string text)
    {
        (Status, Text) = ((int)response.StatusCode, text);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            _headers[name] = string.Join(", ", values);
        MediaType = response.Content.Headers.ContentType?.MediaType;
        if (Header("Content-Encoding") is null
            && MediaType is "application/json" or "application/problem+json" && text.Length > 0)
            Json = JsonElement.Parse(text);
    }

    public int Status { get; }

    public string Text { get; }

    public string? MediaType { get; }

    /// <summary>The body, if it is JSON.</summary>
    public JsonElement Json { get; }

    /// <summary>A member's text; a path goes down by dots.</summary>
    public string? this[string path] =>
        Member(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The refusal's code.</summary>
    public string? Code => Status >= 400 ? this["code"] : null;

    /// <summary>The names of the body's members, in order.</summary>
    public string[] Names => NamesOf(Json);

    public static string[] NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new(response, await response.Content.ReadAsStringAsync());

    public string? Header(string name) => _headers.GetValueOrDefault(name);

    public long Number(string path) => Member(path).GetInt64();

    public DateTimeOffset Instant(string path) => Member(path).GetDateTimeOffset();

    public JsonElement Member(string path)
    {
        var element = Json;
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return default;
        }

        return element;
    }

    public JsonElement[] Items => [.. Json.GetProperty("items").EnumerateArray()];

    /// <summary>Demands a status; the message shows the whole answer.</summary>
    public Answer Is(int status)
    {
        Status.ShouldBe(status, ToString());
        return this;
    }

    /// <summary>
    /// Demands a refusal in its whole form: status, media type, code, no caching, Retry-After on every 503.
    /// </summary>
    public Answer IsRefusal(int status, string code, string? field = null)
    {
        Status.ShouldBe(status, ToString());
        Code.ShouldBe(code, ToString());
        MediaType.ShouldBe("application/problem+json", ToString());
        Number("status").ShouldBe(status);
        this["type"].ShouldBe($"urn:orleanssale:problem:{code}");
        this["title"].ShouldNotBeNullOrEmpty();
        this["field"].ShouldBe(field, ToString());
        Header("Cache-Control")!.ShouldContain("no-store");
        if (status == 401) Header("WWW-Authenticate").ShouldBe("Bearer, Ticket");
        if (status == 503) int.Parse(Header("Retry-After")!, null).ShouldBeInRange(1, 3);
        return this;
    }

    public override string ToString() => $"{Status} {MediaType} {Text}";
}
