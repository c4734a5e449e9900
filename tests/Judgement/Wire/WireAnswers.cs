using System.Text;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Wire;

/// <summary>What the lean client makes of the bytes it reads, however they are cut.</summary>
public sealed class WireAnswers
{
    private const string Length =
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\ncontent-length: 11\r\n\r\n{\"id\":\"a.1\"";
    private const string Chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n6\r\n:\"a.1\"\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Length, 201), InlineData(Chunked, 200)]
    public void An_answer_is_read_the_same_however_it_is_cut(string text, int status)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var answer = new WireAnswer();
            Add(answer, bytes.AsSpan(0, cut)).ShouldBeFalse($"at {cut}");
            Add(answer, bytes.AsSpan(cut)).ShouldBeTrue($"at {cut}");
            answer.Status.ShouldBe(status);
            Encoding.ASCII.GetString(answer.Body).ShouldBe("{\"id\":\"a.1\"");
        }
    }

    [Fact]
    public void An_answer_is_read_byte_by_byte()
    {
        var answer = new WireAnswer();
        var bytes = Encoding.ASCII.GetBytes(Chunked);
        foreach (var one in bytes.SkipLast(1)) Add(answer, [one]).ShouldBeFalse();
        Add(answer, [bytes[^1]]).ShouldBeTrue();
        Encoding.ASCII.GetString(answer.Body).ShouldBe("{\"id\":\"a.1\"");
    }

    [Fact]
    public void A_refusal_s_code_and_Retry_After_are_read()
    {
        var answer = Read(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nConnection: close\r\nContent-Length: 21\r\n\r\n" +
            "{\"code\":\"overloaded\"}");
        answer.RetryAfterSeconds.ShouldBe(7);
        answer.Closes.ShouldBeTrue();
        Encoding.ASCII.GetString(answer.Code).ShouldBe("overloaded");
    }

    [Fact]
    public void An_answer_without_content_ends_with_its_head() =>
        Read("HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n").Body.Length.ShouldBe(0);

    [Fact]
    public void A_used_answer_forgets_the_one_before()
    {
        var answer = Read("HTTP/1.1 503 x\r\nRetry-After: 7\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        answer.Clear();
        Add(answer, Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")).ShouldBeTrue();
        (answer.Status, answer.RetryAfterSeconds, answer.Closes).ShouldBe((200, 0, false));
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1")]
    public void What_is_no_answer_is_refused(string text) =>
        Should.Throw<WireException>(() => Add(new WireAnswer(), Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void An_endless_answer_is_refused()
    {
        var answer = new WireAnswer();
        Should.Throw<WireException>(() =>
        {
            while (!Add(answer, new byte[4096]))
            {
            }
        });
    }

    private static WireAnswer Read(string text)
    {
        var answer = new WireAnswer();
        Add(answer, Encoding.ASCII.GetBytes(text)).ShouldBeTrue();
        return answer;
    }

    private static bool Add(WireAnswer answer, ReadOnlySpan<byte> bytes)
    {
        var whole = false;
        while (!bytes.IsEmpty)
        {
            var space = answer.Space().Span;
            var part = bytes[..Math.Min(space.Length, bytes.Length)];
            part.CopyTo(space);
            whole = answer.Added(part.Length);
            bytes = bytes[part.Length..];
        }

        return whole;
    }
}
