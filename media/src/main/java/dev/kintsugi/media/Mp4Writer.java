package dev.kintsugi.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_ITU709;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INP;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Writes one H.264 (yuv420p, BT.709) MP4 whose index stands at the front, so that playback starts
 * before the download ends. Not thread-safe. {@link #finish()} must succeed for the file to be
 * playable; {@link #close()} frees the native memory in any case.
 */
final class Mp4Writer implements AutoCloseable {
  private static final String ENCODER = "libopenh264";

  /** Enough for clean edges in cartoons; natural video needs about half. */
  private static final double BITS_PER_PIXEL = 0.4;

  private static final int MIN_BIT_RATE = 500_000;
  private static final int MAX_BIT_RATE = 40_000_000;

  static {
    // Failures are reported by us, once; the library would print its own lines to the console.
    av_log_set_level(AV_LOG_QUIET);
  }

  private final Path file;
  private final VideoSpec spec;
  private final AVFormatContext format = new AVFormatContext(null);
  private final AVCodecContext codec;
  private final AVStream stream;
  private final AVFrame frame = av_frame_alloc();
  private final AVPacket packet = av_packet_alloc();
  private final BytePointer rgb;
  private final PointerPointer<BytePointer> rgbPlanes = new PointerPointer<>(1);
  private final IntPointer rgbStride;
  private final SwsContext scaler;
  private long written;

  private Mp4Writer(Path file, VideoSpec spec, AVCodec encoder) {
    this.file = file;
    this.spec = spec;
    avformat_alloc_output_context2(format, null, "mp4", file.toString());
    codec = avcodec_alloc_context3(encoder);
    stream = avformat_new_stream(format, null);
    rgb = new BytePointer(spec.frameBytes());
    rgbPlanes.put(0, rgb);
    rgbStride = new IntPointer(new int[] {spec.width() * 3});
    scaler = scaler(spec);
  }

  /** Opens the file and writes the header. */
  static Mp4Writer create(Path file, VideoSpec spec) throws MediaException {
    AVCodec encoder = avcodec_find_encoder_by_name(ENCODER);
    if (encoder == null) {
      throw new MediaException("this build of FFmpeg has no encoder " + ENCODER);
    }
    Mp4Writer writer = new Mp4Writer(file, spec, encoder);
    try {
      writer.start(encoder);
      return writer;
    } catch (MediaException e) {
      writer.close();
      throw e;
    }
  }

  /** Appends one rgb24 frame. */
  void write(byte[] pixels) throws MediaException {
    if (pixels.length != spec.frameBytes()) {
      throw new IllegalArgumentException(
          "a frame has " + spec.frameBytes() + " bytes, not " + pixels.length);
    }
    check(av_frame_make_writable(frame));
    rgb.position(0).put(pixels);
    sws_scale(scaler, rgbPlanes, rgbStride, 0, spec.height(), frame.data(), frame.linesize());
    frame.pts(written++);
    check(avcodec_send_frame(codec, frame));
    drainPackets();
  }

  /** Writes what is buffered and the index. */
  void finish() throws MediaException {
    check(avcodec_send_frame(codec, null));
    drainPackets();
    check(av_write_trailer(format));
    AVIOContext io = format.pb();
    int closed = avio_closep(io);
    format.pb(null);
    check(closed);
  }

  @Override
  public void close() {
    if (format.pb() != null) {
      avio_closep(format.pb());
    }
    sws_freeContext(scaler);
    av_frame_free(frame);
    av_packet_free(packet);
    avcodec_free_context(codec);
    avformat_free_context(format);
    rgb.close();
    rgbPlanes.close();
    rgbStride.close();
  }

  private void start(AVCodec encoder) throws MediaException {
    configureCodec();
    openCodec(encoder);
    stream.time_base(codec.time_base());
    stream.avg_frame_rate(av_make_q(spec.fps(), 1));
    check(avcodec_parameters_from_context(stream.codecpar(), codec));
    frame.format(AV_PIX_FMT_YUV420P);
    frame.width(spec.width());
    frame.height(spec.height());
    check(av_frame_get_buffer(frame, 0));
    writeHeader();
  }

  private void configureCodec() {
    codec.width(spec.width());
    codec.height(spec.height());
    codec.pix_fmt(AV_PIX_FMT_YUV420P);
    codec.time_base(av_make_q(1, spec.fps()));
    codec.framerate(av_make_q(spec.fps(), 1));
    codec.gop_size(spec.fps() * 2);
    codec.max_b_frames(0);
    codec.bit_rate(bitRate());
    codec.color_range(AVCOL_RANGE_MPEG);
    codec.colorspace(AVCOL_SPC_BT709);
    codec.color_primaries(AVCOL_PRI_BT709);
    codec.color_trc(AVCOL_TRC_BT709);
    codec.flags(codec.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
  }

  private long bitRate() {
    double wanted = BITS_PER_PIXEL * spec.width() * spec.height() * spec.fps();
    return (long) Math.clamp(wanted, MIN_BIT_RATE, MAX_BIT_RATE);
  }

  private void openCodec(AVCodec encoder) throws MediaException {
    AVDictionary options = new AVDictionary(null);
    try {
      // A skipped frame would make the clip shorter than asked.
      av_dict_set(options, "allow_skip_frames", "0", 0);
      av_dict_set(options, "rc_mode", "quality", 0);
      check(avcodec_open2(codec, encoder, options));
    } finally {
      av_dict_free(options);
    }
  }

  private static SwsContext scaler(VideoSpec spec) {
    SwsContext context =
        sws_getContext(
            spec.width(),
            spec.height(),
            AV_PIX_FMT_RGB24,
            spec.width(),
            spec.height(),
            AV_PIX_FMT_YUV420P,
            SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
            null,
            null,
            (DoublePointer) null);
    IntPointer bt709 = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(context, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
    return context;
  }

  private void writeHeader() throws MediaException {
    AVIOContext io = new AVIOContext(null);
    check(avio_open(io, file.toString(), AVIO_FLAG_WRITE));
    format.pb(io);
    AVDictionary options = new AVDictionary(null);
    try {
      av_dict_set(options, "movflags", "+faststart", 0);
      check(avformat_write_header(format, options));
    } finally {
      av_dict_free(options);
    }
  }

  private void drainPackets() throws MediaException {
    while (true) {
      int result = avcodec_receive_packet(codec, packet);
      if (result == AVERROR_EAGAIN() || result == AVERROR_EOF) {
        return;
      }
      check(result);
      packet.duration(1);
      packet.stream_index(stream.index());
      av_packet_rescale_ts(packet, codec.time_base(), stream.time_base());
      int wrote = av_interleaved_write_frame(format, packet);
      av_packet_unref(packet);
      check(wrote);
    }
  }

  private void check(int result) throws MediaException {
    if (result < 0) {
      try (BytePointer text = new BytePointer(256)) {
        av_strerror(result, text, text.capacity());
        // What lies behind the end of the text is whatever the memory held before.
        String reason = text.getString();
        int end = reason.indexOf('\0');
        throw Disk.failure("encode the video", file, end < 0 ? reason : reason.substring(0, end));
      }
    }
  }
}
