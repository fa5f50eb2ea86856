package dev.kintsugi.core.quality;

/**
 * What was measured between two frames that follow each other.
 *
 * @param difference mean absolute difference of all colour values, 0..255
 * @param psnrDb peak signal-to-noise ratio over all colour values, decibel; 100 for equal frames
 * @param ssim structural similarity of luma, 1 for equal frames
 * @param shift median change of luma: a brighter picture moves it, an object that passes does not
 * @param flow mean length of the optical flow, percent of the picture's width
 * @param flowEntropy entropy of the directions of all flow longer than half a pixel, 0 (one
 *     direction) to 1 (all alike); 0 where nothing moves
 * @param residual mean absolute difference of luma that is left when the second frame is taken back
 *     along the flow
 */
public record PairReading(
    double difference,
    double psnrDb,
    double ssim,
    double shift,
    double flow,
    double flowEntropy,
    double residual) {}
